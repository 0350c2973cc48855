"""Serves the built web app (web/, built into api/web/) beside the API: one page, and the files that it loads."""

from collections.abc import Iterator, Sequence
from mimetypes import guess_type
from pathlib import Path

from starlette.datastructures import Headers
from starlette.responses import FileResponse
from starlette.types import ASGIApp, Receive, Scope, Send

BUILT = Path(__file__).parent.with_name("web")

# What belongs to the API, and never to the page.
API_PATHS = ("/api/", "/healthz", "/readyz", "/metrics")
_ASSETS = "assets/"
# The build leaves one beside what is worth packing: packing at each request would cost more than sending it.
_PACKED = ".gz"
_YEAR_S = 365 * 86400

# Nothing but what this site serves: no inline script or style, no address elsewhere. Pictures and clips that the page
# has checked come from its own memory (blob:).
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; media-src 'self' blob:; "
    "connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)


def is_built(folder: Path = BUILT) -> bool:
    """Whether there is an app to serve."""
    return (folder / "index.html").is_file()


class WebApp:
    """Answers every GET that is not the API's; where no app was built, the API answers alone."""

    def __init__(self, app: ASGIApp, folder: Path = BUILT, api_paths: Sequence[str] = API_PATHS) -> None:
        self._app = app
        self._folder = folder
        self._api_paths = tuple(api_paths)
        files = frozenset(_files(folder))
        self._packed = frozenset(name.removesuffix(_PACKED) for name in files if name.endswith(_PACKED))
        self._files = files - {name + _PACKED for name in self._packed}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if self._is_ours(scope):
            await self._answer(Headers(scope=scope), scope["path"][1:])(scope, receive, send)
        else:
            await self._app(scope, receive, send)

    def _is_ours(self, scope: Scope) -> bool:
        if scope["type"] != "http" or scope["method"] not in ("GET", "HEAD") or "index.html" not in self._files:
            return False
        path: str = scope["path"]
        # A file of an older build is missing: to answer it with the page would hide that.
        is_missing_asset = path.startswith(f"/{_ASSETS}") and path[1:] not in self._files
        return not path.startswith(self._api_paths) and not is_missing_asset

    def _answer(self, asked: Headers, path: str) -> FileResponse:
        # The app has its own addresses, like /review/1f...: whatever is no file is the page.
        name = path if path in self._files else "index.html"
        place = self._folder / name
        # The names of assets hold a hash of their content.
        cached = f"public, max-age={_YEAR_S}, immutable" if name.startswith(_ASSETS) else "no-cache"
        headers = {
            "Cache-Control": cached,
            "Content-Security-Policy": _POLICY,
            "Cross-Origin-Opener-Policy": "same-origin",
            "Referrer-Policy": "same-origin",
            "X-Content-Type-Options": "nosniff",
        }
        media_type, _ = guess_type(name)
        if name in self._packed:
            headers["Vary"] = "Accept-Encoding"
            if "gzip" in asked.get("Accept-Encoding", ""):
                place, headers["Content-Encoding"] = self._folder / (name + _PACKED), "gzip"
        return FileResponse(place, media_type=media_type, headers=headers)


def _files(folder: Path) -> Iterator[str]:
    """What is served; what begins with a dot was left by the build for itself."""
    for one in folder.rglob("*"):
        if one.is_file() and not one.name.startswith("."):
            yield one.relative_to(folder).as_posix()
