#!/bin/sh
# Set voiceprep up in .venv, and install the system tools that are missing.
# EXTRAS names the extras to install; PYTHON the Python to use.
set -eu
cd "$(dirname "$0")"
extras="${EXTRAS:-train,export,ja,zh,dev}"

missing=""
command -v sox >/dev/null && sox --help 2>/dev/null | grep -qw mp3 || missing="$missing sox"
command -v ffmpeg >/dev/null || missing="$missing ffmpeg"
command -v espeak-ng >/dev/null || missing="$missing espeak-ng"
# What the tests look at pages with.
browser=""
case ",$extras," in *,dev,*)
    command -v chromium >/dev/null || browser="$browser chromium"
    command -v chromedriver >/dev/null || browser="$browser chromedriver"
esac

install_tools() {
    if command -v apt-get >/dev/null; then
        sudo=""
        [ "$(id -u)" = 0 ] || sudo="sudo"
        packages=$(echo "$1" | sed 's/sox/sox libsox-fmt-mp3/;s/chromedriver/chromium-driver/')
        # shellcheck disable=SC2086
        $sudo apt-get update -q && DEBIAN_FRONTEND=noninteractive $sudo apt-get install -q -y $packages
    elif command -v brew >/dev/null; then
        # shellcheck disable=SC2086
        brew install $1
    else
        return 1
    fi
}

for tools in "$missing" "$browser"; do
    [ -n "$tools" ] || continue
    echo "setup: missing tools:$tools"
    install_tools "$tools" || echo "setup: please install$tools with your system's packages; going on without" >&2
done

[ -x .venv/bin/python ] || "${PYTHON:-python3}" -m venv .venv
.venv/bin/python -m pip install -q -e ".[$extras]" -c constraints.txt
