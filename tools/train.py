"""The command `mmrestore train` as a script."""

from mmrestore.cli import run_command

if __name__ == '__main__':
    run_command('train')
