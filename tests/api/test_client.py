"""The types that the web app is built with are those of this API."""

import hashlib
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
TYPES = ROOT / "web" / "src" / "api" / "schema.d.ts"


def test_the_types_of_the_web_app_are_not_stale() -> None:
    document = subprocess.run(
        [ROOT / "deploy" / "openapi.sh"], env={**os.environ, "VENV": sys.prefix}, capture_output=True, check=True
    ).stdout
    *_, last = TYPES.read_text(encoding="utf-8").splitlines()
    digest = hashlib.sha256(document).hexdigest()
    assert last == f"// From the OpenAPI document with the SHA-256 {digest}", "run: npm --prefix web run client"
