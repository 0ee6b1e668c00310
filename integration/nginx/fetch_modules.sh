#!/usr/bin/env bash
# Unpacks Debian's dynamic modules for nginx, as they are, into a folder:
#
#   integration/nginx/fetch_modules.sh DIRECTORY PACKAGE...
#
# They are not installed, because that would bring Debian's nginx along, and start it. What else they
# are linked with has to be there: cmake/install_packages.sh nginx.
set -euo pipefail

[ $# -ge 2 ] || { echo "usage: $0 DIRECTORY PACKAGE..." >&2; exit 2; }
mkdir -p "$1/packages"
cd "$1"
shift
for package; do
  [ ! -e "packages/$package" ] || continue
  (cd packages && apt-get -o APT::Sandbox::User=root -qq download "$package")
  dpkg -x packages/"$package"_*.deb .
  touch "packages/$package"
done
