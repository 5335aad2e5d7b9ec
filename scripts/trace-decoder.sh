#!/usr/bin/env bash
# Prints the system calls that the decoder makes once it is confined, a line for each recording:
#   scripts/trace-decoder.sh [RECORDING…]      default: every file of .build/media
# The list in Sources/Sandbox/Confinement.swift should hold these and no others. Needs strace.
set -euo pipefail
cd "$(dirname "$0")/.."
command -v strace > /dev/null || { echo "Install strace first: sudo apt-get install strace" >&2; exit 69; }
decoder=${SOTTO_DECODE:-App/.build/release/sotto-decode}
[ $# -gt 0 ] || { scripts/make-media.sh; set -- .build/media/*.*; }
trace=$(mktemp)
trap 'rm -f "$trace"' EXIT

# calls: what follows the last step of the confinement in the trace, each name with how often.
calls() {
    awk -F'(' '/^seccomp\(/ { rest = "" ; next } /^[a-z_0-9]+\(/ { rest = rest $1 "\n" } END { printf "%s", rest }' \
        "$trace" | sort | uniq -c
}

for recording; do
    strace -qq -o "$trace" "$decoder" < "$recording" > /dev/null || true
    printf '%-24s' "$(basename "$recording")"
    calls | awk '{ printf " %s×%s", $2, $1 } END { print "" }'
    calls >> "$trace.all"
done
printf '%-24s' "all"
awk '{ count[$2] += $1 } END { for (name in count) print name, count[name] }' "$trace.all" | sort |
    awk '{ printf " %s×%s", $1, $2 } END { print "" }'
rm -f "$trace.all"
