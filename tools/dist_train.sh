#!/usr/bin/env bash
# Train on several GPUs (or, on a machine without one, in several processes on the CPU):
#   tools/dist_train.sh CONFIG GPUS [ARGUMENTS OF mmrestore train]
# On several machines run it on each with NNODES, NODE_RANK, MASTER_ADDR and PORT set.
set -euo pipefail
[ $# -ge 2 ] || { echo "usage: $0 CONFIG GPUS [ARGUMENTS OF mmrestore train]" >&2; exit 2; }
CONFIG=$1
GPUS=$2
HERE=$(dirname "$(readlink -f "$0")")

exec "${PYTHON:-python}" -m torch.distributed.run \
    --nnodes="${NNODES:-1}" \
    --node-rank="${NODE_RANK:-0}" \
    --master-addr="${MASTER_ADDR:-127.0.0.1}" \
    --master-port="${PORT:-29500}" \
    --nproc-per-node="$GPUS" \
    "$HERE/train.py" "$CONFIG" --launcher pytorch "${@:3}"
