#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Puts SeaTunnel's config library into DIR: jars.sh DIR. Does nothing when it is there.
# Fetched through Maven, so its mirrors and proxies count, and checked.
set -euo pipefail

readonly VERSION=2.3.10
readonly BASE=fef67418e4f8d4e65ba38d932eca1feee42e84b2d453a58cdc083307c8b21aec
readonly SHADE=b6513eb4c671239f6f80b9ca81ce4d1eae2b04ea0406ea050059b00d2a9445bf
dir=$1
[ -e "$dir/ready" ] && exit 0

echo "fetching SeaTunnel's config library $VERSION (0.5 MB)"
rm -rf "$dir.new"
for artifact in seatunnel-config-base seatunnel-config-shade; do
  mvn -q -B org.apache.maven.plugins:maven-dependency-plugin:3.6.1:copy \
    -Dartifact="org.apache.seatunnel:$artifact:$VERSION" -DoutputDirectory="$dir.new"
done
sha256sum --quiet --check <<SUMS
$BASE  $dir.new/seatunnel-config-base-$VERSION.jar
$SHADE  $dir.new/seatunnel-config-shade-$VERSION.jar
SUMS
touch "$dir.new/ready"
rm -rf "$dir"
mv "$dir.new" "$dir"
