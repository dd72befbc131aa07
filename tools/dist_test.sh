#!/usr/bin/env bash
# Test on several GPUs (or, on a machine without one, in several processes on the CPU):
#   tools/dist_test.sh CONFIG CHECKPOINT GPUS [ARGUMENTS OF mmrestore test]
set -euo pipefail
[ $# -ge 3 ] || { echo "usage: $0 CONFIG CHECKPOINT GPUS [ARGUMENTS OF mmrestore test]" >&2; exit 2; }
HERE=$(dirname "$(readlink -f "$0")")

exec "${PYTHON:-python}" "$HERE/dist_run.py" "$3" \
    "$HERE/test.py" "$1" "$2" --launcher pytorch "${@:4}"
