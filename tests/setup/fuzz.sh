#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Runs one fuzzer for some seconds: tests/setup/fuzz.sh NAME [SECONDS]. It starts from the files in testdata/ beside its
# source, and fails on a crash, a hang or an input that takes more memory than it justifies. What it finds stays in
# build/fuzz/corpus/NAME, a failing input in build/fuzz/failures/.
set -euo pipefail
cd "$(dirname "$0")/../.."

readonly name=${1:?usage: tests/setup/fuzz.sh NAME [SECONDS]} seconds=${2:-60}
source=$(git ls-files --cached --others --exclude-standard "*/$name.cc")
[ -n "$source" ] || { echo "there is no $name.cc" >&2; exit 2; }
ninja -C build/fuzz -j2 "$name"

readonly found=build/fuzz/corpus/$name failures=build/fuzz/failures seeds=$(dirname "$source")/testdata
mkdir -p "$found" "$failures"
corpus=("$found")
[ ! -d "$seeds" ] || corpus+=("$seeds")
"$(find build/fuzz -type f -name "$name")" "${corpus[@]}" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=1024 \
  -malloc_limit_mb=512 -max_len=16384 -artifact_prefix="$failures/$name-" -print_final_stats=1 -verbosity=1
