"""Commands in this process."""

from __future__ import annotations

from mmrestore.commands import main


def exit_status(*words) -> int:
    """Run a command and return the exit status."""
    try:
        main([str(word) for word in words])
    except SystemExit as end:
        return end.code
    return 0
