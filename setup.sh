#!/bin/sh
# Set voiceprep up in .venv, and install the system tools that are missing.
set -eu
cd "$(dirname "$0")"

missing=""
command -v sox >/dev/null && sox --help 2>/dev/null | grep -qw mp3 || missing="$missing sox"
command -v ffmpeg >/dev/null || missing="$missing ffmpeg"
command -v espeak-ng >/dev/null || missing="$missing espeak-ng"

install_tools() {
    if command -v apt-get >/dev/null; then
        sudo=""
        [ "$(id -u)" = 0 ] || sudo="sudo"
        packages=$(echo "$missing" | sed 's/sox/sox libsox-fmt-mp3/')
        # shellcheck disable=SC2086
        $sudo apt-get update -q && DEBIAN_FRONTEND=noninteractive $sudo apt-get install -q -y $packages
    elif command -v brew >/dev/null; then
        # shellcheck disable=SC2086
        brew install $missing
    else
        return 1
    fi
}

if [ -n "$missing" ]; then
    echo "setup: missing tools:$missing"
    install_tools || echo "setup: please install$missing with your system's packages; going on without" >&2
fi

[ -x .venv/bin/python ] || "${PYTHON:-python3}" -m venv .venv
.venv/bin/python -m pip install -q -e '.[train,export,dev]' -c constraints.txt
