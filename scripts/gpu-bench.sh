#!/usr/bin/env bash
# Measures Sotto on a machine with an NVIDIA GPU that may have nothing but a driver.
#   scripts/gpu-bench.sh pack [CAPABILITY...]  here: builds and packs program, libraries and kernels (default: 9.0)
#   scripts/gpu-bench.sh [PART...]             there: builds nothing, prints checks and tables; all parts, or some of
#                                              check, speed, whole, sanitize
# What is packed lies in .build/gpu-bench (about 25 MB); take it along with this script and Models/demo.
set -euo pipefail
cd "$(dirname "$0")/.."
pack=.build/gpu-bench

if [ "${1:-}" = pack ]; then
    shift
    scripts/fetch-nvrtc.sh .build/cuda
    swift build -c release --product sotto-bench --static-swift-stdlib --scratch-path .build/static
    rm -rf "$pack"
    mkdir -p "$pack/lib"
    cp .build/static/release/sotto-bench "$pack/"
    strip "$pack/sotto-bench"
    # All that a bare system may lack; the C library is the other machine's own.
    ldd "$pack/sotto-bench" | awk '$3 ~ /^\// && $1 !~ /^(libc|libm|libdl|libpthread|librt)\.so/ { print $3 }' |
        xargs -I{} cp {} "$pack/lib/"
    for capability in "${@:-9.0}"; do
        "$pack/sotto-bench" kernels --library .build/cuda/libnvrtc.so.12 --capability "$capability" --keep "$pack/kernels"
    done
    cp Tests/Fixtures/audio/c3000_mix.wav "$pack/"
    gzip -9 "$pack/sotto-bench"
    du -sh "$pack"
    exit
fi

[ -e "$pack/sotto-bench" ] || { gunzip -k "$pack/sotto-bench.gz" && chmod +x "$pack/sotto-bench"; }
export LD_LIBRARY_PATH=$PWD/$pack/lib${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}
bench() { stdbuf -oL "$pack/sotto-bench" "$@"; }
gpu=(--device cuda --kernel-cache "$pack/kernels")
[ -d .build/cuda ] && gpu+=(--libraries .build/cuda)
parts=" ${*:-check speed whole sanitize} "
status=0
echo "== the machine"
nvidia-smi --query-gpu=name,driver_version,memory.total,memory.used --format=csv || true
if [[ $parts = *" check "* ]]; then
    echo "== every operation at the 1.7B model's sizes, against the processor"
    bench gpu "${gpu[@]}" || status=1
    echo "== the demo model"
    bench engine "${gpu[@]}" --model Models/demo --audio Models/demo/samples/consultation.wav --tokens 40 || status=1
fi
if [[ $parts = *" speed "* ]]; then
    for model in random:1.7B random:0.6B; do
        for bits in "" --eight-bit; do
            echo "== $model $bits, 100 tokens for 30 s"
            bench engine "${gpu[@]}" $bits --model $model --audio "$pack/c3000_mix.wav" --slots 1 8 32 128 --tokens 100 || status=1
            nvidia-smi --query-gpu=memory.used --format=csv,noheader || true
        done
    done
fi
if [[ $parts = *" whole "* ]]; then
    # An hour of 16-bit WAV: 120 times the same 30 s.
    little() { for shift in 0 8 16 24; do printf "\\x$(printf %02x $(($1 >> shift & 255)))"; done; }
    hour=$(mktemp --suffix .wav)
    trap 'rm -f "$hour"' EXIT
    bytes=$((120 * 960000))
    {
        printf 'RIFF'; little $((bytes + 36)); printf 'WAVEfmt \x10\0\0\0\x01\0\x01\0'; little 16000; little 32000
        printf '\x02\0\x10\0data'; little $bytes
        for _ in $(seq 120); do tail -c 960000 "$pack/c3000_mix.wav"; done
    } > "$hour"
    for arguments in "1.7B" "1.7B --eight-bit" "0.6B"; do
        echo "== random:$arguments, from a file of an hour to its tokens"
        bench whole "${gpu[@]}" --model random:$arguments --slots 128 --audio "$hour" || status=1
    done
fi
if [[ $parts = *" sanitize "* ]] && command -v compute-sanitizer > /dev/null; then
    for tool in memcheck racecheck; do
        echo "== compute-sanitizer $tool, the demo model"
        compute-sanitizer --tool $tool --error-exitcode 1 "$pack/sotto-bench" engine "${gpu[@]}" --model Models/demo \
            --audio Models/demo/samples/consultation.wav --tokens 5 2>&1 | tail -5 || status=1
    done
fi
exit $status
