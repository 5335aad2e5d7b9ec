#!/usr/bin/env bash
# Checks the Swift version. (Debian packages come as the project needs them.)
set -euo pipefail
swift --version 2>/dev/null | grep -q 'Swift version 6\.[2-9]' || { echo "Sotto needs Swift 6.2 or newer: https://www.swift.org/install/linux" >&2; exit 1; }
