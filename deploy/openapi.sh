#!/usr/bin/env bash
# Prints the OpenAPI document of the API; web/src/api/schema.d.ts is written from it by deploy/client.sh.
set -euo pipefail
cd "$(dirname "$0")/.."

"${VENV:-.venv}/bin/python" - <<'PYTHON'
import json
from pathlib import Path

from api.app import create_app
from api.http.services import Services
from store.base.engine import make_engine

services = Services(make_engine("sqlite:////dev/null"), Path())  # never connected
print(json.dumps(create_app(services).openapi(), ensure_ascii=False, indent=1, sort_keys=True))
PYTHON
