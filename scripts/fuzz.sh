#!/usr/bin/env bash
# Fuzzes the parsers of untrusted files and bodies with libFuzzer:  scripts/fuzz.sh wave|safetensors|multipart [SECONDS]
set -euo pipefail
cd "$(dirname "$0")/.."
target=${1:-}
seconds=${2:-60}
out=${SOTTO_FUZZ_FOLDER:-.build-fuzz}/$target
case $target in
    wave) sources=(Sources/Audio/{AudioError,ByteSource,FileSignature,SampleSource,WaveFormat,WaveReader,Resampler}.swift Tests/Fuzz/WaveFuzzer.swift)
          seeds=(Models/demo/samples/silence-and-noise.wav Tests/Fixtures/audio/c0005_chirp.wav) ;;
    safetensors) sources=(Sources/Compute/{SafetensorsHeader,ElementType,WeightFileError}.swift Tests/Fuzz/SafetensorsFuzzer.swift)
          seeds=(Tests/Fixtures/asr/short_wide.safetensors Tests/Fixtures/asr/full_attention.safetensors) ;;
    multipart) sources=(App/Sources/Server/{Multipart/*,Whitespace}.swift Tests/Fuzz/MultipartFuzzer.swift)
          seeds=(Tests/Fixtures/http/form.multipart) ;;
    *) echo "usage: $0 wave|safetensors|multipart [SECONDS]" >&2; exit 64 ;;
esac
mkdir -p "$out/corpus"
# Short beginnings of real files teach the fuzzer the format.
for seed in "${seeds[@]}"; do head -c 4096 "$seed" > "$out/corpus/$(basename "$seed")"; done
if [ "$target" = wave ]; then
    # The resampler's dot product is C; this build has a plain one in its place.
    grep -v '^import Compute' Sources/Audio/Resampler.swift > "$out/Resampler.swift"
    sources=("${sources[@]/Sources\/Audio\/Resampler.swift/$out/Resampler.swift}" Tests/Fuzz/PlainDotProduct.swift)
fi
swiftc -O -parse-as-library -sanitize=fuzzer,address -package-name Sotto -strict-memory-safety \
    -module-name Fuzzer "${sources[@]}" -o "$out/fuzzer" 2> "$out/warnings" || { cat "$out/warnings" >&2; exit 1; }
ASAN_OPTIONS=detect_leaks=0 "$out/fuzzer" -max_total_time="$seconds" -max_len=8192 -timeout=5 -rss_limit_mb=2048 \
    -artifact_prefix="$out/" -print_final_stats=1 "$out/corpus" 2>&1 | tail -12
