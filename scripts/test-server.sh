#!/usr/bin/env bash
# Tests the running server: real sockets, OpenAI's client, the page in Chromium. Builds nothing.
#   scripts/test-server.sh [pytest's arguments]
# Needs the built program, python3 with venv, ffmpeg, sox, and Chromium (the variable CHROMIUM names another one).
# Pictures of every state of the page go to screenshots/.
set -euo pipefail
cd "$(dirname "$0")/.."
export CHROMIUM=${CHROMIUM:-$(command -v chromium || command -v chromium-browser || command -v google-chrome || true)}
[ -x "$CHROMIUM" ] || { echo "test-server: Chromium is missing. On Debian: apt-get install chromium" >&2; exit 69; }
[ -x "${SOTTO:-App/.build/release/sotto}" ] || { echo "test-server: the program is not built. Run: make build" >&2; exit 69; }
home=.build/venv-server
wanted="openai==3.57.0 playwright==1.65.2 pytest==9.0.3 axe-core-python==0.1.0 schemathesis==4.32.5"
if [ "$(cat "$home/wanted" 2> /dev/null)" != "$wanted" ]; then
    rm -rf "$home"
    python3 -m venv "$home"
    # shellcheck disable=SC2086
    "$home/bin/pip" install --quiet --disable-pip-version-check $wanted
    echo "$wanted" > "$home/wanted"
fi
scripts/make-media.sh
[ $# -gt 0 ] || set -- App/Tests/Server
exec "$home/bin/python" -m pytest -q -p no:cacheprovider "$@"
