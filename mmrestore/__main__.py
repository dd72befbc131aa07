"""The command line, for ``python -m mmrestore``."""

from mmrestore.commands import main

if __name__ == '__main__':
    main()
