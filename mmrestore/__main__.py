"""The command line, for ``python -m mmrestore``."""

from mmrestore.cli import main

if __name__ == '__main__':
    main()
