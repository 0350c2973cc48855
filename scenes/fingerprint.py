"""Which version of the code draws streets: what was rendered by another one may look otherwise."""

import hashlib
from pathlib import Path


def fingerprint(folder: Path = Path(__file__).parent) -> str:
    """SHA-256 of the code that draws streets, hex."""
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*.py")):
        digest.update(f"{path.relative_to(folder)}\0".encode() + path.read_bytes() + b"\0")
    return digest.hexdigest()
