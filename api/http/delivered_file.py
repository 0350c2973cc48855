"""What is sent to whom: a file that tells when the last of its bytes leaves. What was sent whole counts."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

from fastapi import Depends
from fastapi.responses import FileResponse
from starlette.concurrency import run_in_threadpool
from starlette.types import Message, Receive, Scope, Send

from api.http.access import Who
from api.http.services import Services, ServicesOf
from core.principal import Principal
from store.review.deliveries import DeliveryRepository


@dataclass(frozen=True)
class Sending:
    """To whom packages and their files are sent."""

    who: Principal
    services: Services

    def note(self, package_id: str, path: str = "") -> None:
        """A file was sent, or the whole package."""
        self._kept.note(self.who.user_id, package_id, path, self.services.clock.utc())

    def renew(self, package_id: str, path: str) -> bool:
        """The browser says that it has a file still; False = it was never sent to this one."""
        return self._kept.renew(self.who.user_id, package_id, path, self.services.clock.utc())

    @property
    def _kept(self) -> DeliveryRepository:
        return self.services.store.deliveries


def _sending(who: Who, services: ServicesOf) -> Sending:
    return Sending(who, services)


SendingOf = Annotated[Sending, Depends(_sending)]


class DeliveredFile(FileResponse):
    """Tells it before the last bytes are given on, so that whoever has them finds it written down."""

    def __init__(self, path: Path, size: int, delivered: Callable[[], None], **options: Any) -> None:
        super().__init__(path, **options)
        self._size, self._delivered = size, delivered

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        sent = 0

        async def counted(message: Message) -> None:
            nonlocal sent
            sent += len(message.get("body", b""))
            is_last = message["type"] == "http.response.body" and not message.get("more_body", False)
            if is_last and sent == self._size and sent > 0:
                await run_in_threadpool(self._delivered)
            await send(message)

        # A server that sends files by their path would send nothing through here.
        without_path = {name: what for name, what in scope.get("extensions", {}).items() if "pathsend" not in name}
        await super().__call__({**scope, "extensions": without_path}, receive, counted)
