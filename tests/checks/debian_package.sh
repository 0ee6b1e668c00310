#!/usr/bin/env bash
# The Debian packages: built from a copy of the tree, read by lintian, installed, used as tests/consumers/
# uses every installation, and removed. Without root, or where pond is installed already, they are
# unpacked instead.
set -euo pipefail

root=$(cd "$(dirname "$0")/../.." && pwd)
folder=$(mktemp -d)
installed=()
clean() {
  [ ${#installed[@]} -eq 0 ] || dpkg --purge "${installed[@]}"
  rm -rf "$folder"
}
trap clean EXIT

fail() {
  echo "$*" >&2
  exit 1
}

"$root/tests/checks/copy_tree.sh" "$folder/pond"
cd "$folder/pond"
version=$(dpkg-parsechangelog -S Version)
header=$(sed -nE 's/.*define POND_VERSION_STRING "(.*)"/\1/p' include/pond/config.h)
[ "${version%-*}" = "$header" ] || fail "debian/changelog is of $version, the header of $header"
dpkg-buildpackage -us -uc -b

# Warnings count, but one: the first version in Debian itself would close the bug that asks for it.
lintian --allow-root --fail-on error,warning --suppress-tags initial-upload-closes-no-bugs \
  "$folder"/pond_*.changes

# Its texts find each other; what belongs to the source alone is named in them, and not there.
dpkg -x "$folder"/libpond-dev_*.deb "$folder/read"
"$root/tests/checks/markdown_links.py" "$folder/read/usr/share/doc/libpond-dev" \
  compat integration workload

packages=(libpond0 libpond-dev)
files=()
for package in "${packages[@]}"; do
  files+=("$folder/${package}_${version}_$(dpkg --print-architecture).deb")
done
if [ "$(id -u)" -eq 0 ] && ! dpkg-query -W -f '${db:Status-Status}\n' "${packages[@]}" 2> /dev/null |
  grep -qx installed; then
  installed=("${packages[@]}")
  dpkg -i "${files[@]}"
  "$root/tests/checks/consumers.sh" find_package
  "$root/tests/checks/consumers.sh" pkg_config
  "$root/tests/checks/consumers.sh" memcheck
else
  for file in "${files[@]}"; do dpkg -x "$file" "$folder/unpacked"; done
  PKG_CONFIG_PATH=$(dirname "$(find "$folder/unpacked" -name pond.pc)")
  export PKG_CONFIG_PATH
  "$root/tests/checks/consumers.sh" find_package "$folder/unpacked/usr"
  "$root/tests/checks/consumers.sh" pkg_config
  "$root/tests/checks/consumers.sh" memcheck
fi
