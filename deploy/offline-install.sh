#!/usr/bin/env bash
# Installs this product, or upgrades it, from the folder in which it lies. Nothing is fetched from a network.
#   ./install.sh          into /opt/jiejing
#   ./install.sh FOLDER   into another folder
# As root it also adds the system packages that are missing. Data (JIEJING_HOME) are not touched.
set -euo pipefail
target=$(realpath --canonicalize-missing "${1:-/opt/jiejing}")
cd "$(dirname "$0")"

PATH=$PATH:/usr/sbin:/sbin
die() { echo "install: $*" >&2; exit 1; }

sha256sum --quiet --check SHA256SUMS || die "files were damaged or changed on their way: make the folder anew"

missing() {
    command -v ffmpeg >/dev/null && command -v ffprobe >/dev/null || echo ffmpeg
    compgen -G "/usr/share/fonts/*/*/*CJK*" >/dev/null || echo fonts-noto-cjk
    ldconfig -p | grep -q libGL.so.1 || echo libgl1
    python3 -c 'import ensurepip' 2>/dev/null || echo python3-venv
}

add_system_packages() {
    local packages list
    packages=$(missing | tr '\n' ' ')
    [ -n "$packages" ] || return 0
    [ -d debs ] || die "these system packages are missing, and the folder has none: $packages"
    [ "$(id -u)" -eq 0 ] || die "these system packages are missing; run this once as root: $packages"
    echo "install: adding $packages"
    list=$(mktemp)
    echo "deb [trusted=yes] file:$PWD/debs ./" >"$list"
    # shellcheck disable=SC2086  # a list of names
    for step in update "install --yes --no-install-recommends $packages"; do
        DEBIAN_FRONTEND=noninteractive apt-get --quiet=2 -o Dir::Etc::sourcelist="$list" \
            -o Dir::Etc::sourceparts=/dev/null -o APT::Get::List-Cleanup=0 -o APT::Sandbox::User=root $step </dev/null
    done
    rm -f "$list"
}

add_system_packages
[ -x "$target/bin/python" ] || python3 -m venv "$target"
export PIP_CONFIG_FILE=/dev/null  # no other place than this folder
pip() { "$target/bin/python" -m pip "$1" --quiet --disable-pip-version-check --no-index --find-links wheels "${@:2}"; }
pip install --require-hashes --requirement runtime.txt
pip install --no-deps --force-reinstall jiejing-*.whl
echo "install: ready: $target/bin/jiejing"
