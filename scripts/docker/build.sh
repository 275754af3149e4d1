#!/bin/sh
# Build the image: bash scripts/docker/build.sh [cpu|cuda] [options of docker build]
set -eu
cd "$(dirname "$0")/../.."
torch="${1:-cpu}"
[ $# = 0 ] || shift
case "$torch" in
    cpu | cuda) exec docker build . --rm -t voiceprep --build-arg "TORCH=$torch" "$@" ;;
esac
echo "build.sh: $torch is neither cpu nor cuda" >&2
exit 2
