#!/usr/bin/env bash
# Fills a folder with all that a machine without internet needs to install or upgrade this product.
#   deploy/offline.sh FOLDER             wheels, this program with its web app, system packages, a script that installs
#   deploy/offline.sh FOLDER --no-debs   the same without system packages
# Run it on a machine with internet, with the same release of the system, the same processor and the same Python as the
# one that it is for. Then carry the folder there and run ./install.sh in it. PYTHON names another interpreter.
set -euo pipefail
cd "$(dirname "$0")/.."

folder=${1:?usage: deploy/offline.sh FOLDER [--no-debs]}
debs=${2:-}
python=${PYTHON:-python3}
# What deploy/setup.sh looks for. Who watches cameras only needs neither the GStreamer of the demo nor GL.
system_packages="ffmpeg fonts-noto-cjk libgl1 python3 python3-venv postgresql-client"

mkdir -p "$folder"
folder=$(realpath "$folder")
die() { echo "offline: $*" >&2; exit 1; }

fetch_wheels() {
    echo "offline: fetching the wheels of requirements/runtime.txt"
    cp requirements/runtime.txt "$folder/runtime.txt"
    "$python" -m pip download --quiet --disable-pip-version-check --require-hashes --only-binary :all: \
        --requirement requirements/runtime.txt --dest "$folder/wheels"
}

build_program() {
    deploy/web.sh
    echo "offline: building the program"
    rm -f "$folder"/jiejing-*.whl
    # A copy is built, so that nothing of an earlier build gets in.
    copy=$(mktemp -d)
    trap 'rm -rf "$copy"' EXIT
    cp -r pyproject.toml README.md LICENSE requirements core store models streams detector evidence scenes api runtime \
        training "$copy"
    "$python" -m pip wheel --quiet --disable-pip-version-check --no-deps --wheel-dir "$folder" "$copy"
}

# An index beside the packages: apt itself then chooses those that are missing on the other machine.
index_debs() {
    local deb
    for deb in *.deb; do
        dpkg-deb --field "$deb"
        echo "Filename: ./$deb"
        echo "Size: $(stat --format %s "$deb")"
        echo "SHA256: $(sha256sum "$deb" | cut -d' ' -f1)"
        echo
    done >Packages
}

fetch_debs() {
    command -v apt-get >/dev/null || die "there is no apt-get here; --no-debs leaves the system packages out"
    echo "offline: fetching system packages with all that they depend on"
    mkdir -p "$folder/debs/partial"
    local nothing
    nothing=$(mktemp)
    # As if nothing were installed here, so that nothing is left out.
    # shellcheck disable=SC2086  # a list of names
    apt-get install --quiet=2 --yes --download-only --no-install-recommends -o Dir::State::status="$nothing" \
        -o Dir::Cache::archives="$folder/debs" -o Debug::NoLocking=1 $system_packages >/dev/null
    rm -rf "$nothing" "$folder/debs/partial" "$folder/debs/lock"
    (cd "$folder/debs" && index_debs)
}

finish() {
    cp deploy/offline-install.sh "$folder/install.sh"
    echo "$system_packages" >"$folder/system-packages.txt"
    (cd "$folder" && find . -type f ! -name SHA256SUMS -print0 | LC_ALL=C sort -z | xargs -0 sha256sum >SHA256SUMS)
    echo "offline: ready: $folder ($(du -sh "$folder" | cut -f1)); carry it over and run ./install.sh in it"
}

fetch_wheels
build_program
[ "$debs" = --no-debs ] || fetch_debs
finish
