#!/usr/bin/env bash
# Makes a machine ready: system packages and a virtual environment with locked versions.
#   deploy/setup.sh runtime   what the product needs to run
#   deploy/setup.sh scenes    that, and what rendering streets needs
#   deploy/setup.sh all       that, and what tests and training need
# Run again, it finds everything in place and ends within a second. VENV names another folder than .venv.
set -euo pipefail
cd "$(dirname "$0")/.."

mode=${1:-runtime}
venv=${VENV:-.venv}
case $mode in
    runtime) locks=(requirements/{runtime,scenes,all}.txt) ;;
    scenes) locks=(requirements/{scenes,all}.txt) ;;
    all) locks=(requirements/all.txt) ;;
    *) echo "setup: '$mode' is none of runtime, scenes and all" >&2; exit 2 ;;
esac
lock=${locks[0]} # an environment that was made from a larger one will do, too

die() { echo "setup: $*" >&2; exit 1; }

find_python() {
    local python
    for python in "${PYTHON:-}" python3 python3.13 python3.12 python3.11; do
        if [ -n "$python" ] && "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
            command -v "$python"
            return
        fi
    done
    die "Python 3.11 or later is needed; install it, or name it: PYTHON=/path/to/python3 make setup"
}

has_gi() { /usr/bin/python3 -c 'import gi
for name in ("GstRtspServer", "GstApp"): gi.require_version(name, "1.0")' 2>/dev/null; }
has_element() { compgen -G "/usr/lib/*/gstreamer-1.0/lib$1.so" >/dev/null; }
has_library() { ldconfig -p 2>/dev/null | grep -q "$1"; }
has_software_gl() { compgen -G "/usr/lib/*/dri/swrast_dri.so" >/dev/null || compgen -G "/usr/lib/*/libgallium*.so" >/dev/null; }
has_cjk_font() { compgen -G "/usr/share/fonts/*/*/*CJK*" >/dev/null || compgen -G "/usr/share/fonts/*/*/wqy*" >/dev/null; }
has_postgres() { compgen -G "/usr/lib/postgresql/*/bin/postgres" >/dev/null || command -v postgres >/dev/null; }

# The names of the Debian packages whose content is not there, by looking for the content itself.
missing_packages() {
    command -v ffmpeg >/dev/null && command -v ffprobe >/dev/null || echo ffmpeg
    has_gi || echo gir1.2-gst-rtsp-server-1.0 gir1.2-gst-plugins-base-1.0 python3-gi
    has_element gstapp || echo gstreamer1.0-plugins-base
    has_element gstisomp4 && has_element gstrtp || echo gstreamer1.0-plugins-good
    has_element gstvideoparsersbad || echo gstreamer1.0-plugins-bad
    has_cjk_font || echo fonts-noto-cjk
    has_library libGL.so.1 || echo libgl1 # OpenCV is linked with it
    "$1" -c 'import ensurepip' 2>/dev/null || echo python3-venv
    if [ "$mode" != runtime ]; then
        has_library libEGL.so.1 || echo libegl1
        has_software_gl || echo libgl1-mesa-dri
    fi
    if [ "$mode" = all ]; then
        has_postgres || echo postgresql
        command -v chromium >/dev/null || echo chromium
        command -v unzip >/dev/null || echo unzip
        command -v 7z >/dev/null || echo p7zip-full
    fi
}

install_packages() {
    local packages
    packages=$(missing_packages "$1" | tr '\n' ' ')
    [ -n "$packages" ] || return 0
    command -v apt-get >/dev/null || die "these Debian packages are missing: $packages"
    if [ "$(id -u)" -ne 0 ]; then
        die "system packages are missing; run this line, then start again:
  sudo apt-get update && sudo apt-get install --yes --no-install-recommends $packages"
    fi
    echo "setup: installing $packages"
    export DEBIAN_FRONTEND=noninteractive
    apt-get update --quiet=2
    # shellcheck disable=SC2086  # a list of names
    apt-get install --quiet=2 --yes --no-install-recommends $packages >/dev/null
}

# What an environment was made from: a change of either file makes it out of date.
fingerprint() { cat "$1" pyproject.toml | sha256sum | cut -d' ' -f1; }

is_ready() {
    local made="$venv/.made-from" made_from
    [ -x "$venv/bin/jiejing" ] && [ -f "$made" ] || return 1
    for made_from in "${locks[@]}"; do
        [ "$(cat "$made")" != "$(fingerprint "$made_from")" ] || return 0
    done
    return 1
}

python=$(find_python)
install_packages "$python"
if ! is_ready; then
    echo "setup: making $venv from $lock"
    [ -x "$venv/bin/python" ] || "$python" -m venv "$venv"
    "$venv/bin/python" -m pip install --quiet --disable-pip-version-check --require-hashes \
        --requirement "$lock"
    "$venv/bin/python" -m pip install --quiet --disable-pip-version-check --no-deps --editable .
    fingerprint "$lock" > "$venv/.made-from"
fi
echo "setup: ready ($("$venv/bin/python" --version), $venv)"
