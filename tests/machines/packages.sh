#!/usr/bin/env bash
# Unpacks Debian packages into a folder, those of another machine that the tests link with unless others are
# named:
#
#   tests/machines/packages.sh aarch64|s390x|i386|x86_64 FOLDER [PACKAGE...]
#
# Nothing is installed. dpkg --add-architecture would be the other way, and changes the system for good.
# Debian's version and mirror are the system's own.
set -euo pipefail

case $1 in
  aarch64) architecture=arm64 ;;
  x86_64) architecture=amd64 ;;
  *) architecture=$1 ;;
esac
folder=$2
[ ! -e "$folder/done" ] || exit 0

shift 2
packages=("$@")
[ $# -ne 0 ] || packages=(zlib1g zlib1g-dev libfmt9 libfmt-dev libgtest-dev libgmock-dev libcli11-dev nlohmann-json3-dev)

rm -rf "$folder"
mkdir -p "$folder/apt/lists/partial" "$folder/apt/cache/archives/partial"
cd "$folder"
options=(-qq -o "APT::Architecture=$architecture" -o "APT::Architectures=$architecture"
  -o "Dir::State::lists=$PWD/apt/lists" -o "Dir::Cache=$PWD/apt/cache" -o APT::Sandbox::User=root)
# A list that a mirror cannot give at this moment may be one that is not needed: the download says.
apt-get "${options[@]}" update || true
apt-get "${options[@]}" download "${packages[@]}"
for package in *.deb; do dpkg-deb --extract "$package" .; done
rm -rf apt ./*.deb
touch "done"
