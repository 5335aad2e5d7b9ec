#!/usr/bin/env bash
# Runs the kernels' own test natively, under the address, undefined-behaviour and thread sanitizers, and
# for 64-bit Arm under qemu's user emulation.
set -euo pipefail
cd "$(dirname "$0")/.."
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT
sources=(Sources/CKernels/*.c Tests/CKernels/agreement.c)
flags=(-std=gnu17 -Wall -Wextra -Werror -I Sources/CKernels/include)
# The compiler that comes with Swift, as SwiftPM uses it.
clang=$(dirname "$(readlink -f "$(command -v swift)")")/clang
[ -x "$clang" ] || clang=clang
# The thread sanitizer's runtime of this compiler wants libdispatch.
runtime=$(dirname "$clang")/../lib/swift/linux

echo "== native"
"$clang" "${flags[@]}" -O2 "${sources[@]}" -lm -lpthread -o "$out/native"
"$out/native"

echo "== address and undefined-behaviour sanitizers"
"$clang" "${flags[@]}" -O1 -g -fuse-ld=lld -fsanitize=address,undefined -fno-sanitize-recover=all \
    "${sources[@]}" -lm -lpthread -o "$out/sanitized"
ASAN_OPTIONS=detect_leaks=0 "$out/sanitized"

echo "== thread sanitizer"
"$clang" "${flags[@]}" -O1 -g -fuse-ld=lld -fsanitize=thread "${sources[@]}" -lm -lpthread \
    -L"$runtime" -ldispatch -lBlocksRuntime -Wl,-rpath,"$runtime" -o "$out/threads"
"$out/threads"

echo "== 64-bit Arm (NEON) under qemu"
if ! command -v qemu-aarch64-static > /dev/null || [ ! -d /usr/aarch64-linux-gnu/include ]; then
    echo "skipped: apt-get install qemu-user-static gcc-aarch64-linux-gnu libc6-dev-arm64-cross" >&2
    [ -z "${CI:-}" ]  # where it must not be skipped, this fails
    exit
fi
"$clang" "${flags[@]}" -O2 --target=aarch64-linux-gnu -fuse-ld=lld --sysroot=/ -static \
    -isystem /usr/aarch64-linux-gnu/include -B/usr/aarch64-linux-gnu/lib -L/usr/aarch64-linux-gnu/lib \
    --gcc-install-dir="$(printf '%s\n' /usr/lib/gcc-cross/aarch64-linux-gnu/* | sort -V | tail -1)" \
    "${sources[@]}" -lm -lpthread -o "$out/arm"
qemu-aarch64-static "$out/arm"
