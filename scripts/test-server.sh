#!/usr/bin/env bash
# Tests the running server: real sockets, OpenAI's client, the page in chromium. Builds nothing.
#   scripts/test-server.sh [pytest's arguments]
# Screenshots of every state go to screenshots/.
set -euo pipefail
cd "$(dirname "$0")/.."
home=.build/venv-server
wanted="openai==3.57.0 playwright==1.65.2 pytest==9.0.3 axe-core-python==0.1.0 schemathesis==4.32.5"
if [ "$(cat "$home/wanted" 2> /dev/null)" != "$wanted" ]; then
    rm -rf "$home"
    python3 -m venv "$home"
    # shellcheck disable=SC2086
    "$home/bin/pip" install --quiet --disable-pip-version-check $wanted
    echo "$wanted" > "$home/wanted"
fi
[ $# -gt 0 ] || set -- App/Tests/Server
exec "$home/bin/python" -m pytest -q -p no:cacheprovider "$@"
