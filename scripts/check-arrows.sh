#!/usr/bin/env bash
# Holds the `import` lines against the dependencies that the packages declare: a module may import
# what its target names, the toolchain's own modules, and nothing that is merely reachable.
set -euo pipefail
cd "$(dirname "$0")/.."

toolchain="Foundation FoundationEssentials Glibc Dispatch Synchronization Testing Swift XCTest"
status=0
for package in . App; do
    [ -f "$package/Package.swift" ] || continue
    while IFS=$'\t' read -r target path allowed; do
        while IFS=: read -r file line module; do
            case " $toolchain $allowed " in
                *" $module "*) ;;
                *) echo "$file:$line: $target imports $module, which its target does not name"
                   status=1 ;;
            esac
        done < <(grep -rnoP --include='*.swift' \
            '^\s*(?:@\w+(?:\(\w+\))?\s+)?(?:(?:public|package|internal|private|fileprivate)\s+)?import\s+(?:(?:struct|class|enum|func|protocol)\s+)?\K\w+' \
            "$package/$path" || true)
    done < <(swift package --package-path "$package" describe --type json | python3 -c '
import json, sys
for target in json.load(sys.stdin)["targets"]:
    names = target.get("target_dependencies", []) + target.get("product_dependencies", [])
    print(target["name"], target["path"], " ".join(names), sep="\t")')
done
# The escape hatches that strict memory safety lets pass must say why they are sound.
while IFS=: read -r file line _; do
    if ! sed -n "$((line > 3 ? line - 3 : 1)),${line}p" "$file" | grep -q '// Safety:'; then
        echo "$file:$line: @unchecked Sendable or nonisolated(unsafe) without a '// Safety:' line"
        status=1
    fi
done < <(grep -rnE --include='*.swift' '@unchecked Sendable|nonisolated\(unsafe\)' Sources App/Sources || true)
exit $status
