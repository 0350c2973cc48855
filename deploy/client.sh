#!/usr/bin/env bash
# Writes web/src/api/schema.d.ts, the types of the API for the web app, from the OpenAPI document, whose digest goes in
# too: by it tests/api/test_client.py knows, without Node, whether the API has changed since.
set -euo pipefail
cd "$(dirname "$0")/.."

types=web/src/api/schema.d.ts
document=$(mktemp --suffix=.json)
trap 'rm -f "$document"' EXIT
deploy/openapi.sh >"$document"
web/node_modules/.bin/openapi-typescript "$document" --output "$types"
echo "// From the OpenAPI document with the SHA-256 $(sha256sum <"$document" | cut -d' ' -f1)" >>"$types"
