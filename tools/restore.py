"""The command `mmrestore restore` as a script."""

import sys

from mmrestore.commands import main

if __name__ == '__main__':
    main(['restore', *sys.argv[1:]])
