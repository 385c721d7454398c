#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Puts Apache SeaTunnel, as pom.xml names it, into DIR: seatunnel.sh DIR. Does nothing when it is
# there. Fetched through Maven, so its mirrors and proxies count, and checked.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
dir=$1
[ -e "$dir/ready" ] && exit 0

echo "fetching SeaTunnel and what it needs (200 MB)"
rm -rf "$dir.new"
mkdir -p "$dir.new/lib" "$dir.new/connectors" "$dir.new/starter"
mvn -q -B -f "$here/pom.xml" \
  org.apache.maven.plugins:maven-dependency-plugin:3.6.1:copy-dependencies \
  -DincludeScope=runtime -DoutputDirectory="$dir.new/lib"
(cd "$dir.new/lib" && sha256sum --quiet --check "$here/jars.sha256")
mv "$dir.new"/lib/connector-*.jar "$dir.new/connectors"
cp -r "$here/config" "$dir.new/config"
mv "$dir.new/config/plugin-mapping.properties" "$dir.new/connectors"
javac -d "$dir.new/starter" -cp "$dir.new/lib/*" "$here/LocalJob.java"
touch "$dir.new/ready"
rm -rf "$dir"
mv "$dir.new" "$dir"
