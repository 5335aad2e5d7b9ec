#!/usr/bin/env bash
# Puts NVIDIA's run-time compiler for kernels beside the models, from a package that is pinned and checked by hash:
#   scripts/fetch-nvrtc.sh [FOLDER]     default: ${XDG_DATA_HOME:-~/.local/share}/sotto/cuda
# CUDA 12, so that drivers from 525 on take what it makes.
set -euo pipefail
folder=${1:-${XDG_DATA_HOME:-$HOME/.local/share}/sotto/cuda}
[ -e "$folder/libnvrtc.so.12" ] && exit

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cat > "$work/pinned" << 'END'
nvidia-cuda-nvrtc-cu12==12.9.86 \
    --hash=sha256:210cf05005a447e29214e9ce50851e83fc5f4358df8b453155d5e1918094dcb4 \
    --hash=sha256:096d4de6bda726415dfaf3198d4f5c522b8e70139c97feef5cd2ca6d4cd9cead
END
python3 -m pip download -q --disable-pip-version-check --no-deps --require-hashes --only-binary=:all: \
    -r "$work/pinned" -d "$work"
python3 - "$work"/*.whl "$work/out" << 'END'
import os, sys, zipfile
wheel, out = zipfile.ZipFile(sys.argv[1]), sys.argv[2]
os.mkdir(out)
for name in wheel.namelist():
    base = os.path.basename(name)
    if base in ("libnvrtc.so.12", "libnvrtc-builtins.so.12.9") or base.startswith("License"):
        with open(os.path.join(out, base), "wb") as file:
            file.write(wheel.read(name))
END
# The library last: where it is, everything is.
mkdir -p "$folder"
mv "$work"/out/libnvrtc-builtins.so.12.9 "$folder/"
find "$work/out" -name 'License*' -exec mv {} "$folder/" \;
mv "$work/out/libnvrtc.so.12" "$folder/"
