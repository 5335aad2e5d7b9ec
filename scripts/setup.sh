#!/usr/bin/env bash
# Checks the Swift version and installs the Debian packages that are missing:
#   scripts/setup.sh        what building and running needs
#   scripts/setup.sh test   what `make test` needs besides
#   scripts/setup.sh --cuda also what an NVIDIA GPU needs beside its driver: the compiler for kernels
# Without the right to install, it prints the one command to run.
set -euo pipefail
cd "$(dirname "$0")/.."

found=$(swift --version 2> /dev/null | grep -oE 'Swift version [0-9]+\.[0-9]+' | grep -oE '[0-9]+\.[0-9]+' || true)
if [ -z "$found" ] || [ "$(printf '6.2\n%s\n' "$found" | sort -V | head -1)" != 6.2 ]; then
    {
        echo "Sotto is built with Swift 6.2 or newer; ${found:+this machine has Swift }${found:-no Swift is on the PATH}."
        echo "Install it from https://www.swift.org/install/linux (swiftly, or the archive for your system),"
        echo "then run this again. Debian 12 and newer and Ubuntu 24.04 and newer are supported."
    } >&2
    exit 69
fi

packages=(git make python3 pkg-config libavformat-dev libavfilter-dev libswresample-dev libseccomp-dev
    libopencc-dev libsodium-dev)
if [ "${1:-}" = test ]; then
    # For recordings in every format; for the kernels' test on 64-bit Arm.
    packages+=(ffmpeg sox libsox-fmt-base util-linux)
    packages+=(qemu-user-static gcc-aarch64-linux-gnu libc6-dev-arm64-cross)
    # For the page, and the server's clients.
    packages+=(chromium fonts-noto-cjk openssl python3-venv)
fi
missing=()
for package in "${packages[@]}"; do
    case $package in
        # The command is enough, wherever it came from.
        git | make | python3 | pkg-config | chromium | openssl) command -v "$package" > /dev/null || missing+=("$package") ;;
        *) dpkg -s "$package" > /dev/null 2>&1 || missing+=("$package") ;;
    esac
done
python3 -m pip --version > /dev/null 2>&1 || missing+=(python3-pip)

# What a machine with a driver alone has not; the tests compile the kernels for every card.
fetch_compiler() {
    case $1 in
        --cuda) scripts/fetch-nvrtc.sh ;;
        test) scripts/fetch-nvrtc.sh .build/cuda ;;
    esac
}
# Without the speech detector recordings are cut by loudness alone; the tests want it.
fetch_detector() {
    scripts/fetch-speech-detector.sh && return
    echo "The weights of the speech detector could not be fetched: recordings are cut by loudness alone." >&2
    [ "$1" != test ]
}
if [ ${#missing[@]} = 0 ]; then
    fetch_compiler "${1:-}"
    fetch_detector "${1:-}"
    exit
fi

install=(apt-get install -y --no-install-recommends "${missing[@]}")
if [ "$(id -u)" = 0 ]; then
    apt-get update -q && DEBIAN_FRONTEND=noninteractive "${install[@]}"
elif sudo -n true 2> /dev/null; then
    sudo apt-get update -q && sudo DEBIAN_FRONTEND=noninteractive "${install[@]}"
else
    echo "These packages are missing. Run this once, then try again:" >&2
    echo "    sudo ${install[*]}" >&2
    exit 69
fi
fetch_compiler "${1:-}"
fetch_detector "${1:-}"
