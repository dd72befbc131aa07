#!/usr/bin/env bash
# Train under Slurm:
#   [GPUS=8 GPUS_PER_NODE=8 CPUS_PER_TASK=5 SRUN_ARGS=...] \
#       tools/slurm_train.sh PARTITION JOB_NAME CONFIG WORK_DIR [ARGUMENTS OF mmrestore train]
# GPUS counts those of all nodes, of which every node gets the same number, GPUS_PER_NODE at most.
# For jobs that wait in a queue, are requeued or try several seeds see tools/slurm/.
set -euo pipefail
refuse() { echo "$0: $1" >&2; exit 2; }
[ $# -ge 4 ] || { echo "usage: $0 PARTITION JOB_NAME CONFIG WORK_DIR [ARGUMENTS OF mmrestore train]" >&2; exit 2; }
PARTITION=$1
JOB_NAME=$2
CONFIG=$3
WORK_DIR=$4
GPUS=${GPUS:-8}
MOST=${GPUS_PER_NODE:-8}
for NUMBER in "GPUS=$GPUS" "GPUS_PER_NODE=$MOST" "CPUS_PER_TASK=${CPUS_PER_TASK:-5}"; do
    [[ ${NUMBER#*=} =~ ^[1-9][0-9]*$ ]] || refuse "expected a number from 1 on, got $NUMBER"
done
NODES=$(((GPUS + MOST - 1) / MOST))
((GPUS % NODES == 0)) || refuse "GPUS=$GPUS cannot be shared evenly by $NODES nodes of up to $MOST GPUs: choose another GPUS, or a GPUS_PER_NODE that divides it"
PER_NODE=$((GPUS / NODES))
[ -z "${PORT:-}" ] || export MASTER_PORT=$PORT  # otherwise it follows from the number of the job
HERE=$(dirname "$(readlink -f "$0")")

# shellcheck disable=SC2086  # SRUN_ARGS holds several words
exec srun --partition="$PARTITION" \
    --job-name="$JOB_NAME" \
    --gres="gpu:$PER_NODE" \
    --ntasks="$GPUS" \
    --ntasks-per-node="$PER_NODE" \
    --cpus-per-task="${CPUS_PER_TASK:-5}" \
    --kill-on-bad-exit=1 \
    ${SRUN_ARGS:-} \
    "${PYTHON:-python}" -u "$HERE/train.py" "$CONFIG" --work-dir="$WORK_DIR" --launcher=slurm "${@:5}"
