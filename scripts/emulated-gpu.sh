#!/usr/bin/env bash
# Runs a program with an emulated GPU, to see the whole way to one without having it. Slow; values are right.
#   scripts/emulated-gpu.sh App/.build/release/sotto transcribe --device cuda Models/demo/samples/consultation.wav
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
out=$root/.build/emulated-gpu
clang=$(dirname "$(readlink -f "$(command -v swift)")")/clang++
[ -x "$clang" ] || clang=clang++
mkdir -p "$out"
sources=("$root/Tests/CUDAEmulator/emulator.cpp" "$root/Tests/EmulatedLibrary/exports.cpp")
newest=$(ls -t "${sources[@]}" "$root"/Tests/CUDAEmulator/*.hpp "$root"/Sources/Compute/CUDA/Kernels/*.cu | head -1)
if [ ! "$out/libcuda.so.1" -nt "$newest" ]; then
    "$clang" -std=c++20 -O2 -fPIC -shared -I "$root/Tests/CUDAEmulator" -I "$root/Tests/CUDAEmulator/include" \
        -I "$root/Sources/CCUDA/include" -I "$root/Sources/Compute/CUDA/Kernels" "${sources[@]}" -o "$out/libcuda.so.1"
fi
ln -sf libcuda.so.1 "$out/libnvrtc.so.12"
# Kernels of the emulated compiler must not get among the real ones.
export XDG_CACHE_HOME=$out/cache
LD_LIBRARY_PATH=$out${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH} exec "$@"
