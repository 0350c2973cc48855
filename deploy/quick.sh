#!/usr/bin/env bash
# Format, lint, layers, types, and the tests that need Python alone: no torch, PostgreSQL, browser, network or film.
# Types are looked at beside the tests.
set -euo pipefail
cd "$(dirname "$0")/.."

bin=${VENV:-.venv}/bin
tests=(tests/core tests/detector tests/models tests/store tests/api/test_client.py tests/api/test_field_names.py
    tests/runtime/test_start.py tests/test_messages.py tests/test_examples.py tests/test_docs.py)

"$bin/ruff" format --check .
"$bin/ruff" check .
"$bin/lint-imports" >/dev/null || "$bin/lint-imports"

told=$(mktemp)
trap 'rm -f "$told"' EXIT
"$bin/mypy" >"$told" 2>&1 &
types=$!
passed=0
"$bin/pytest" -n 2 --dist worksteal -m "not postgres and not rtsp and not clips and not slow" "${tests[@]}" || passed=$?
wait "$types" || passed=$?
cat "$told"
exit "$passed"
