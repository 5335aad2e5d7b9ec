#!/usr/bin/env bash
# Reads the golden files of the formats with programs of others:
#   scripts/check-formats.sh
#
# Needs Python's venv and the network once; the packages go to the cache. SOTTO names a program to use
# instead of the one that is built.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
sotto=${SOTTO:-$root/App/.build/release/sotto}
[ -x "$sotto" ] || { echo "$sotto is not built: run make build" >&2; exit 69; }

venv=${XDG_CACHE_HOME:-$HOME/.cache}/sotto/formats-venv
if [ ! -e "$venv/complete" ]; then
    echo "setting up the packages in $venv" >&2
    mkdir -p "$(dirname "$venv")"
    python3 -m venv --clear "$venv" \
        || { echo "Python's venv is missing: apt-get install python3-venv" >&2; exit 69; }
    "$venv/bin/pip" install --quiet --disable-pip-version-check \
        webvtt-py==0.5.1 jsonschema==4.23.0 python-docx==1.1.2
    touch "$venv/complete"
fi
exec "$venv/bin/python" "$root/Tools/reference/check_formats.py" "$sotto"
