#!/usr/bin/env bash
# Installs the Debian packages of the given groups that are missing, by name:
#
#   cmake/install_packages.sh GROUP...      groups: build, contenders, test, nginx, manual,
#                                               package
#
# Needs root or sudo only when something is missing.
set -euo pipefail

build=(g++ cmake ninja-build zlib1g-dev libfmt-dev libcli11-dev nlohmann-json3-dev libgtest-dev
  libgmock-dev valgrind)
contenders=(libboost-container-dev libapr1-dev libprotobuf-dev llvm-14-dev libmimalloc-dev
  libjemalloc-dev libbenchmark-dev dpkg-dev ca-certificates)
test=(clang-14 libclang-rt-14-dev clang-format-14 clang-tidy-14 shellcheck pkg-config binutils
  python3 git)
nginx=(gcc make dpkg-dev ca-certificates libpcre2-dev libssl-dev zlib1g-dev openssl python3 nghttp2-client
  apache2-utils procps util-linux curl valgrind libluajit2-5.1-2 libgd3 libgeoip1 geoip-database
  libpcre3)
manual=(doxygen doxygen-awesome-css python3)
package=(debhelper dpkg-dev lintian cmake ninja-build git pkg-config binutils)

wanted=()
for group in "$@"; do
  case $group in
    build) wanted+=("${build[@]}") ;;
    contenders) wanted+=("${contenders[@]}") ;;
    test) wanted+=("${test[@]}") ;;
    nginx) wanted+=("${nginx[@]}") ;;
    manual) wanted+=("${manual[@]}") ;;
    package) wanted+=("${package[@]}") ;;
    *) echo "$0: no group \"$group\"" >&2; exit 2 ;;
  esac
done

missing=()
for package in "${wanted[@]}"; do
  dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null | grep -qx installed ||
    missing+=("$package")
done
[ ${#missing[@]} -ne 0 ] || exit 0

as_root=()
if [ "$(id -u)" -ne 0 ]; then
  as_root=(sudo)
  command -v sudo > /dev/null || { echo "please install: ${missing[*]}" >&2; exit 1; }
fi
echo "installing: ${missing[*]}" >&2
"${as_root[@]}" apt-get update -qq
"${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
  apt-get install -qq --no-install-recommends "${missing[@]}" > /dev/null
