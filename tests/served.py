"""An application, served on a free port of this machine until a block ends."""

import socket
import threading
from typing import Any

import uvicorn
from starlette.types import ASGIApp


class Served:
    """`with Served(app) as address: ...`"""

    def __init__(self, app: ASGIApp, **options: Any) -> None:
        config = uvicorn.Config(app, log_config=None, timeout_graceful_shutdown=1, **options)
        self._server = uvicorn.Server(config)
        # Names TCP like api/serve.py, which says why; create_server does not.
        self._listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        self._listener.bind(("127.0.0.1", 0))
        self._listener.listen(socket.SOMAXCONN)
        self._thread = threading.Thread(target=self._server.run, kwargs={"sockets": [self._listener]})

    def __enter__(self) -> str:
        self._thread.start()
        return f"http://127.0.0.1:{self._listener.getsockname()[1]}"

    def __exit__(self, *_: object) -> None:
        self._server.should_exit = True
        self._thread.join()
