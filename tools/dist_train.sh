#!/usr/bin/env bash
# Train on several GPUs (or, on a machine without one, in several processes on the CPU):
#   tools/dist_train.sh CONFIG GPUS [ARGUMENTS OF mmrestore train]
# On several machines run it on each with NNODES, NODE_RANK, MASTER_ADDR and PORT set.
set -euo pipefail
[ $# -ge 2 ] || { echo "usage: $0 CONFIG GPUS [ARGUMENTS OF mmrestore train]" >&2; exit 2; }
HERE=$(dirname "$(readlink -f "$0")")

exec "${PYTHON:-python}" "$HERE/dist_run.py" "$2" \
    "$HERE/train.py" "$1" --launcher pytorch "${@:3}"
