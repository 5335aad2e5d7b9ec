#!/usr/bin/env bash
# Compares token ids with the official Python package, float32 on the CPU:
#   scripts/parity.sh [--max-tokens N] MODEL [FILE.wav ...]
#
# Sets the package up as Tools/reference/README.md says, in a virtual environment in the cache (1 GB to several).
# Without files it makes 30. SOTTO names a program to compare instead of the one that is built.
set -euo pipefail
usage="usage: $0 [--max-tokens N] MODEL [FILE.wav ...]"
limit=
if [ "${1:-}" = --max-tokens ]; then
    limit=${2:-}
    [[ $limit =~ ^[1-9][0-9]*$ ]] || { echo "$usage" >&2; exit 64; }
    shift 2
fi
[ $# -ge 1 ] || { echo "$usage" >&2; exit 64; }
root=$(cd "$(dirname "$0")/.." && pwd)
[ -f "$1/config.json" ] || { echo "$1 is not a checkpoint: it has no config.json" >&2; exit 66; }
model=$(cd "$1" && pwd)
shift
# The tiny checkpoint of random weights never stops by itself.
case $(basename "$model") in tiny-asr*) limit=${limit:-40} ;; esac

venv=${XDG_CACHE_HOME:-$HOME/.cache}/sotto/parity-venv
if [ ! -e "$venv/complete" ]; then
    echo "setting up the official package in $venv" >&2
    command -v python3.11 > /dev/null \
        || { echo "Python 3.11 is needed: apt-get install python3.11-venv" >&2; exit 69; }
    mkdir -p "$(dirname "$venv")"
    python3.11 -m venv --clear "$venv" \
        || { echo "Python's venv is missing: apt-get install python3.11-venv" >&2; exit 69; }
    torch=torch==2.13.0+cpu
    "$venv/bin/pip" install --quiet "$torch" || {
        echo "the CPU build of torch is not in sight; taking the full one, which is several GB" >&2
        torch=torch==2.13.0
        "$venv/bin/pip" install --quiet "$torch"
    }
    "$venv/bin/pip" install --quiet "$torch" transformers==4.57.6 accelerate==1.12.0 librosa==0.11.0 \
        soundfile==0.14.0 soxr==1.1.0 safetensors==0.8.0 tokenizers==0.22.2 numpy==2.4.6 \
        nagisa==0.2.11 soynlp==0.0.493 pytz regex
    "$venv/bin/pip" install --quiet --no-deps qwen-asr==0.0.6 qwen-omni-utils==0.0.9
    "$venv/bin/python" -c 'import qwen_asr'
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

mkdir "$work/ours"
options=(--model "$model" --format json --parity --quiet --threads 2)
[ -z "$limit" ] || options+=(--max-tokens "$limit")
for file in "$@"; do
    name=$(basename "$file")
    status=0
    "$sotto" transcribe "$file" "${options[@]}" > "$work/ours/${name%.*}.json" 2> "$work/notices" || status=$?
    # 75 says that a token limit was reached, which both sides are held to.
    if [ "$status" != 0 ] && [ "$status" != 75 ]; then
        echo "sotto ended with $status on $file:" >&2
        cat "$work/notices" >&2
        exit 1
    fi
done

PYTHONDONTWRITEBYTECODE=1 "$venv/bin/python" "$root/Tools/reference/parity.py" "$model" "$@" --ours "$work/ours" \
    ${limit:+--max-new-tokens "$limit"}
