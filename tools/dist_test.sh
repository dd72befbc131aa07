#!/usr/bin/env bash
# Test on several GPUs (or, on a machine without one, in several processes on the CPU):
#   tools/dist_test.sh CONFIG CHECKPOINT GPUS [ARGUMENTS OF mmrestore test]
set -euo pipefail
[ $# -ge 3 ] || { echo "usage: $0 CONFIG CHECKPOINT GPUS [ARGUMENTS OF mmrestore test]" >&2; exit 2; }
CONFIG=$1
CHECKPOINT=$2
GPUS=$3
HERE=$(dirname "$(readlink -f "$0")")

exec "${PYTHON:-python}" -m torch.distributed.run \
    --nnodes="${NNODES:-1}" \
    --node-rank="${NODE_RANK:-0}" \
    --master-addr="${MASTER_ADDR:-127.0.0.1}" \
    --master-port="${PORT:-29500}" \
    --nproc-per-node="$GPUS" \
    "$HERE/test.py" "$CONFIG" "$CHECKPOINT" --launcher pytorch "${@:4}"
