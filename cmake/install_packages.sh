#!/usr/bin/env bash
# Installs the Debian packages of the given groups that are missing, by name:
#
#   cmake/install_packages.sh GROUP...      groups: build, contenders, examples, test, nginx, manual,
#                                               package, coverage, soak, aarch64, s390x, i386, musl, libcxx
#
# Needs root or sudo only when something is missing.
set -euo pipefail

build=(g++ cmake ninja-build zlib1g-dev libfmt-dev libcli11-dev nlohmann-json3-dev libgtest-dev
  libgmock-dev valgrind)
# Boost 1.81, not the default 1.74: Boost.JSON is newer than that, and the headers of two cannot be
# installed beside each other. Who has those of 1.74 keeps them, and does without that example.
contenders=('libboost-container1.81-dev|libboost-container1.74-dev' libapr1-dev libprotobuf-dev llvm-14-dev libmimalloc-dev
  libjemalloc-dev libbenchmark-dev dpkg-dev ca-certificates)
examples=('libboost-json1.81-dev|libboost1.74-dev' rapidjson-dev wrk libmimalloc2.0 iso-codes valgrind)
test=(clang-14 libclang-rt-14-dev clang-format-14 clang-tidy-14 cppcheck shellcheck pkg-config binutils
  python3 git libz3-dev 'libc++-14-dev|libc++-15-dev|libc++-16-dev'
  'libc++abi-14-dev|libc++abi-15-dev|libc++abi-16-dev')
nginx=(gcc make dpkg-dev ca-certificates libpcre2-dev libssl-dev zlib1g-dev openssl python3 nghttp2-client
  apache2-utils procps util-linux curl valgrind libgd3 libgeoip1 geoip-database libpcre3)
manual=(doxygen doxygen-awesome-css python3 python3-matplotlib)
aarch64=(qemu-user g++-aarch64-linux-gnu)
s390x=(qemu-user g++-s390x-linux-gnu)
i386=(g++-i686-linux-gnu)
musl=(musl-tools)
package=(build-essential debhelper dpkg-dev lintian cmake ninja-build valgrind git pkg-config binutils)
coverage=(gcovr)
soak=(python3-matplotlib)

wanted=()
for group in "$@"; do
  case $group in
    build) wanted+=("${build[@]}") ;;
    contenders) wanted+=("${contenders[@]}") ;;
    test) wanted+=("${test[@]}") ;;
    examples) wanted+=("${examples[@]}") ;;
    nginx) wanted+=("${nginx[@]}") ;;
    aarch64) wanted+=("${aarch64[@]}") ;;
    s390x) wanted+=("${s390x[@]}") ;;
    i386) wanted+=("${i386[@]}") ;;
    musl) wanted+=("${musl[@]}") ;;
    libcxx) wanted+=(clang-14) ;; # itself is unpacked: it excludes the one that is installed
    manual) wanted+=("${manual[@]}") ;;
    package) wanted+=("${package[@]}") ;;
    coverage) wanted+=("${coverage[@]}") ;;
    soak) wanted+=("${soak[@]}") ;;
    *) echo "$0: no group \"$group\"" >&2; exit 2 ;;
  esac
done

# any_installed PACKAGE|PACKAGE...
any_installed() {
  local packages
  IFS='|' read -ra packages <<< "$1"
  # It fails where one of them is unknown; the others are still printed.
  { dpkg-query -W -f '${db:Status-Status}\n' "${packages[@]}" 2>/dev/null || true; } |
    grep -x installed > /dev/null
}

missing=()
for package in "${wanted[@]}"; do
  any_installed "$package" || missing+=("${package%%|*}") # the first is the one to install
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
  apt-get install -qq --no-install-recommends --no-remove "${missing[@]}" > /dev/null
