#!/usr/bin/env bash
# Compares token ids with the official Python package:  scripts/parity.sh MODEL [FILE.wav ...]
#
# Sets up the package as Tools/reference/README.md says, in a virtual environment of its own (several
# GB, kept in the cache). Without files it makes 30. SOTTO names another program to compare.
set -euo pipefail
[ $# -ge 1 ] || { echo "usage: $0 MODEL [FILE.wav ...]" >&2; exit 64; }
root=$(cd "$(dirname "$0")/.." && pwd)
model=$(cd "$1" && pwd)
shift

venv=${SOTTO_PARITY_VENV:-${XDG_CACHE_HOME:-$HOME/.cache}/sotto/parity-venv}
if [ ! -e "$venv/complete" ] && ! "$venv/bin/python" -c 'import qwen_asr' 2> /dev/null; then
    echo "setting up the official package in $venv" >&2
    python3.11 -m venv "$venv" || { echo "Python 3.11 with venv is needed: apt-get install python3.11-venv" >&2; exit 69; }
    packages=(transformers==4.57.6 accelerate==1.12.0 librosa==0.11.0 soundfile==0.14.0 soxr==1.1.0
        safetensors==0.8.0 tokenizers==0.22.2 numpy==2.4.6 nagisa==0.2.11 soynlp==0.0.493 pytz regex)
    "$venv/bin/pip" install --quiet torch==2.13.0+cpu "${packages[@]}" 2> /dev/null \
        || "$venv/bin/pip" install --quiet torch==2.13.0 "${packages[@]}"
    "$venv/bin/pip" install --quiet --no-deps qwen-asr==0.0.6 qwen-omni-utils==0.0.9
    touch "$venv/complete"
fi

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
if [ $# = 0 ]; then
    "$root/scripts/make-voices.sh" "$work/voices"
    set -- "$work"/voices/*.wav
fi

sotto=${SOTTO:-}
if [ -z "$sotto" ]; then
    swift build -c release --package-path "$root/App" --product sotto
    sotto=$root/App/.build/release/sotto
fi
# A checkpoint of random weights never stops by itself.
limit=()
case $(basename "$model") in tiny-*) limit=(40) ;; esac
status=0
"$sotto" transcribe --model "$model" --format json --parity --quiet ${limit:+--max-tokens "${limit[@]}"} \
    --output "$work/ours/" "$@" 2> "$work/notices" || status=$?
# 75 says that a token limit was reached, which both sides are held to.
[ "$status" = 0 ] || [ "$status" = 75 ] || { cat "$work/notices" >&2; exit "$status"; }
PYTHONDONTWRITEBYTECODE=1 "$venv/bin/python" "$root/Tools/reference/parity.py" "$model" "$@" --ours "$work/ours" \
    ${limit:+--max-new-tokens "${limit[@]}"}
