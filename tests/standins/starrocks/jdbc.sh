#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Puts Connector/J and a command line for it into DIR: jdbc.sh DIR. Does nothing when they are there.
# Fetched through Maven, so its mirrors and proxies count, and checked.
set -euo pipefail

readonly DRIVER=e2a3b2fc726a1ac64e998585db86b30fa8bf3f706195b78bb77c5f99bf877bd9
readonly SQLLINE=95106610c9e859e5ba0719139878f143107c5c2ef32dd613edebe6ca20c09077
dir=$1
[ -e "$dir/ready" ] && exit 0

echo "fetching Connector/J 8.0.33 and SQLLine 1.12.0 (6 MB)"
rm -rf "$dir.new"
for artifact in com.mysql:mysql-connector-j:8.0.33 sqlline:sqlline:1.12.0:jar:jar-with-dependencies; do
  mvn -q -B org.apache.maven.plugins:maven-dependency-plugin:3.6.1:copy \
    -Dartifact="$artifact" -DoutputDirectory="$dir.new"
done
sha256sum --quiet --check <<SUMS
$DRIVER  $dir.new/mysql-connector-j-8.0.33.jar
$SQLLINE  $dir.new/sqlline-1.12.0-jar-with-dependencies.jar
SUMS
touch "$dir.new/ready"
rm -rf "$dir"
mv "$dir.new" "$dir"
