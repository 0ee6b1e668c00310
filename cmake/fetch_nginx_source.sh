#!/usr/bin/env bash
# Fetches Debian's nginx source package and unpacks it: cmake/fetch_nginx_source.sh DIRECTORY
#
# The pool of the original is compiled from it as a contender, never committed. Source packages come
# from the machine's own mirrors: apt-get is given a list and a lists folder of its own, so that
# the user's configuration is not touched. Prints the unpacked folder. Done once a DIRECTORY.
set -euo pipefail

[ $# -eq 1 ] || { echo "usage: $0 DIRECTORY" >&2; exit 2; }
mkdir -p "$1"
cd "$1"

found() { find "$PWD" -maxdepth 1 -type d -name 'nginx-*' | head -n 1; }
[ -z "$(found)" ] || { found; exit 0; }

# "deb-src" for every Debian mirror that the machine has, in either format of apt's.
sources() {
  local file
  for file in /etc/apt/sources.list.d/*.sources; do
    [ -r "$file" ] && sed -E '/^#/d; s/^Types:.*/Types: deb-src/' "$file" && echo
  done
  return 0
}
list_sources() {
  local file
  for file in /etc/apt/sources.list /etc/apt/sources.list.d/*.list; do
    [ -r "$file" ] && sed -nE 's/^deb (.*)/deb-src \1/p' "$file"
  done
  return 0
}

mkdir -p apt/lists/partial apt/parts
sources > apt/parts/pond.sources
list_sources > apt/parts/pond.list
options=(-o Dir::Etc::sourcelist=/dev/null -o "Dir::Etc::sourceparts=$PWD/apt/parts"
  -o "Dir::State::lists=$PWD/apt/lists" -o Dir::Cache::pkgcache= -o Dir::Cache::srcpkgcache=
  -o APT::Sandbox::User=root)

# Of the package only the original's own archive is needed; that a mirror has lost Debian's patches
# to it, or is one of other software and has no sources, does not matter.
apt-get "${options[@]}" update > apt/log 2>&1 || true
apt-get "${options[@]}" source --download-only nginx >> apt/log 2>&1 || true
if ! ls nginx_*.orig.tar.* > /dev/null 2>&1; then
  echo "Debian's nginx source package could not be fetched:" >&2
  grep -E '^[EW]:' apt/log | head -n 3 >&2
  exit 1
fi
mkdir -p unpacked
tar -xf nginx_*.orig.tar.* -C unpacked --strip-components=1
mv unpacked "nginx-$(sed -nE 's/#define NGINX_VERSION +"([^"]+)"/\1/p' unpacked/src/core/nginx.h)"
found
