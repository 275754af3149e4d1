#!/bin/sh
# Start a shell in the image: bash scripts/docker/interactive.sh [DATASET] [COMMAND ...]
# DATASET is the dataset's folder, by default the current one; it is mounted at /workspace/dataset.
set -eu
dataset="${1:-.}"
[ $# = 0 ] || shift
if ! [ -d "$dataset" ]; then
    echo "interactive.sh: there is no folder $dataset" >&2
    exit 2
fi
dataset="$(cd "$dataset" && pwd)"

# The arguments of docker run, before the command.
set -- -v "$dataset:/workspace/dataset" -w /workspace/dataset voiceprep "$@"
# What is written belongs to the user; the folder for caches is not that of root.
set -- --user "$(id -u):$(id -g)" -e HOME=/tmp "$@"
# NCCL needs more shared memory than a container has by default.
if nvidia-smi -L >/dev/null 2>&1; then
    set -- --gpus all --ipc host --ulimit memlock=-1 "$@"
fi
[ -t 0 ] && set -- -t "$@"
exec docker run --rm -i "$@"
