"""The command `mmrestore test` as a script."""

import sys

from mmrestore.commands import main

if __name__ == '__main__':
    main(['test', *sys.argv[1:]])
