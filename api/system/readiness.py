"""Whether the server on this machine is ready, for a container's health check: `python -m api.system.readiness`.

Exit 0: it is. It asks as the server listens: with TLS where a certificate is set, whose name it does not check, since
it asks by address.
"""

import ssl
import sys
import urllib.error
import urllib.request

from core.settings import Settings, load_settings

_TIMEOUT_S = 4.0
_EVERY_ADDRESS = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}  # noqa: S104 - what a setting may say, nothing that is bound


def address_of(settings: Settings) -> str:
    """Where this machine asks its own server."""
    host = _EVERY_ADDRESS.get(settings.host) or (f"[{settings.host}]" if ":" in settings.host else settings.host)
    return f"{'https' if settings.tls_certificate else 'http'}://{host}:{settings.port}/readyz"


def is_ready(address: str) -> bool:
    """Whether a server answers there that it is ready."""
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    try:
        with urllib.request.urlopen(address, timeout=_TIMEOUT_S, context=context) as answer:  # noqa: S310 - http(s) alone
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False


if __name__ == "__main__":
    sys.exit(0 if is_ready(address_of(load_settings())) else 1)
