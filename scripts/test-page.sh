#!/usr/bin/env bash
# Drives the page in Chromium against the real server: scripts/test-page.sh [PYTEST ARGUMENTS…]
# Needs Chromium (Debian: chromium), python3 with venv, ffmpeg, and the built program. Screenshots: .build/screenshots
set -euo pipefail
cd "$(dirname "$0")/.."
venv=.build/venv-page
export CHROMIUM=${CHROMIUM:-$(command -v chromium || command -v chromium-browser || command -v google-chrome || true)}
[ -n "$CHROMIUM" ] || { echo "test-page: Chromium is missing; on Debian: apt-get install chromium" >&2; exit 69; }
[ -x "${SOTTO:-App/.build/release/sotto}" ] || { echo "test-page: build the program first: make build" >&2; exit 69; }
if [ ! -e "$venv/ready" ]; then
    python3 -m venv "$venv"
    "$venv/bin/pip" install --quiet playwright==1.65.2 pytest==9.2.0 axe-playwright-python==0.1.8
    touch "$venv/ready"
fi
scripts/make-media.sh
mkdir -p .build/screenshots
exec "$venv/bin/pytest" -q -p no:cacheprovider App/Tests/Browser "$@"
