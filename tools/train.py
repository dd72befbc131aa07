"""The command `mmrestore train` as a script."""

import sys

from mmrestore.commands import main

if __name__ == '__main__':
    main(['train', *sys.argv[1:]])
