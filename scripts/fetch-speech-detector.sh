#!/usr/bin/env bash
# Fetches the weights of the speech detector (1.2 MB, MIT) from the Python package that they come in:
#   Models/speech-detector/silero_vad_16k.safetensors
# No Python is needed to use them. What is there is kept.
set -euo pipefail
cd "$(dirname "$0")/.."
name=silero_vad_16k.safetensors
target=Models/speech-detector/$name
sum=c59271c284ae9c8335d795d60e0bfdb71aaaceec578d9bd9ffc1b8153c319ea1
package="silero-vad==6.2.3 --hash=sha256:7b7f5436cfcb02fae583a05b512ea96467fd449fe54cb49a5e4f06c51a1e43b8"

is_whole() { echo "$sum  $1" | sha256sum --check --status 2> /dev/null; }
[ -f "$target" ] && is_whole "$target" && exit 0

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
echo "$package" > "$work/requirements"
python3 -m pip download --quiet --disable-pip-version-check --no-deps --require-hashes \
    -r "$work/requirements" -d "$work"
python3 - "$work" "silero_vad/data/$name" <<'PYTHON'
import glob, sys, zipfile
folder, member = sys.argv[1:]
with zipfile.ZipFile(glob.glob(folder + "/*.whl")[0]) as package, open(folder + "/weights", "wb") as out:
    out.write(package.read(member))
PYTHON
is_whole "$work/weights" || { echo "The weights of the speech detector are not the expected ones." >&2; exit 65; }
mkdir -p "$(dirname "$target")"
mv "$work/weights" "$target.partial"
mv "$target.partial" "$target"
