#!/usr/bin/env bash
# Writes requirements/*.txt anew from pyproject.toml: exact versions for Python 3.11 and later with the SHA-256 of every
# file that may be installed, no registry address; then the bills of materials. Needs uv (pip install uv) and npm.
set -euo pipefail
cd "$(dirname "$0")/.."
lock() {  # FILE [uv options]
    local file=$1; shift
    uv pip compile pyproject.toml --universal --python-version 3.11 --no-emit-index-url --no-annotate \
        --no-header --no-strip-extras --generate-hashes --quiet --output-file "requirements/$file" "$@"
}
lock all.txt --upgrade --extra cluster --extra dev --extra scenes --extra training
lock runtime.txt --extra cluster --constraint requirements/all.txt
lock scenes.txt --extra cluster --extra scenes --constraint requirements/all.txt
lock dev.txt --extra cluster --extra dev --extra scenes --constraint requirements/all.txt
requirements/sbom.sh
