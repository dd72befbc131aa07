"""torchrun as the scripts beside it call it: `dist_run.py PROCESSES SCRIPT [ARGUMENTS]`.

On one machine a free port is chosen, so that several runs do not meet. Several machines are told by
NNODES, NODE_RANK, MASTER_ADDR and PORT. A run that was stopped by Ctrl-C or SIGTERM ends with exit
status 130 or 143, where torchrun itself ends with 1.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping

from torch.distributed.elastic.multiprocessing.api import SignalException
from torch.distributed.elastic.multiprocessing.errors import ChildFailedError
from torch.distributed.run import main

STOPPED = (130, 143)


def meeting_place(environment: Mapping[str, str]) -> list[str]:
    """Return the options of torchrun that say where the processes meet."""
    machines = environment.get('NNODES', '1')
    if machines == '1' and 'PORT' not in environment:
        return [
            '--rdzv-backend=c10d',
            '--rdzv-endpoint=127.0.0.1:0',
            '--local-addr=127.0.0.1',
        ]
    return [
        f'--nnodes={machines}',
        f'--node-rank={environment.get("NODE_RANK", "0")}',
        f'--master-addr={environment.get("MASTER_ADDR", "127.0.0.1")}',
        f'--master-port={environment.get("PORT", "29500")}',
    ]


def run(processes: str, words: list[str]) -> None:
    """Run a script in several processes.

    Raises:
        SystemExit: the run was stopped; with the status 130 or 143.
    """
    try:
        main([*meeting_place(os.environ), f'--nproc-per-node={processes}', *words])
    except SignalException as stop:
        sys.exit(128 + stop.sigval)
    except ChildFailedError as error:
        status = error.get_first_failure()[1].exitcode
        if status not in STOPPED:
            raise
        sys.exit(status)


if __name__ == '__main__':
    run(sys.argv[1], sys.argv[2:])
