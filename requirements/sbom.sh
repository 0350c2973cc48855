#!/usr/bin/env bash
# Writes the bills of materials (CycloneDX) of what a machine runs, requirements/runtime.txt, and of what the web app is
# built with. Addresses of registries are left out. Needs uv (pip install uv) and npm.
set -euo pipefail
cd "$(dirname "$0")/.."
plain='
import json, sys

def plain(found):
    if isinstance(found, dict):
        gone = {"externalReferences", "serialNumber", "timestamp"}
        gone |= {"description"} if str(found.get("bom-ref", "")).startswith("requirements-L") else set()
        return {name: plain(one) for name, one in found.items() if name not in gone}
    return [plain(one) for one in found] if isinstance(found, list) else found

json.dump(plain(json.load(sys.stdin)), sys.stdout, indent=1, sort_keys=True)
print()
'
uvx --quiet --from cyclonedx-bom==7.5.0 cyclonedx-py requirements --output-reproducible --of JSON --no-validate \
    --pyproject pyproject.toml requirements/runtime.txt | python3 -c "$plain" >requirements/sbom-python.cdx.json
npm --prefix web sbom --sbom-format cyclonedx --package-lock-only | python3 -c "$plain" >requirements/sbom-web.cdx.json
