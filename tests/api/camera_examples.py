"""Cameras over HTTP: documents to send, and a line to cameras that answers from memory."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from fastapi.testclient import TestClient

from core.domain import Image
from core.errors import StreamError
from core.ports import Probe
from core.site import Camera
from core.stream_address import Transport
from store.site.sites import SiteRepository

CAMERAS = "/api/v1/cameras"
SQUARE = [[0.2, 0.2], [0.8, 0.2], [0.8, 0.8], [0.2, 0.8]]
SMALLER = [[0.2, 0.2], [0.6, 0.2], [0.6, 0.8], [0.2, 0.8]]
LARGER = [[0.1, 0.1], [0.9, 0.1], [0.9, 0.9], [0.1, 0.9]]
SECRET = "s3cret-of-the-camera"


def zone(zone_id: str = "pavement", **changes: Any) -> dict[str, Any]:
    return {"id": zone_id, "violation": "illegal_parking", "polygon": SQUARE, "observe": False, **changes}


def presets(*zones: dict[str, Any]) -> list[dict[str, Any]]:
    return [{"id": "1", "zones": list(zones)}]


def document(camera_id: str = "gate", *zones: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """A camera with one zone, as POST takes it."""
    return {
        "id": camera_id,
        "name": "北门",
        "source": f"rtsp://admin:{SECRET}@10.0.0.8:554/Streaming/Channels/101",
        "presets": presets(*(zones or (zone(),))),
        **changes,
    }


def put(client: TestClient, path: str, body: Any, etag: str | None = None) -> Any:
    """Replaces what is at a path, as it is now."""
    read = path.removesuffix("/zones").removesuffix("/legal")
    return client.put(path, json=body, headers={"If-Match": etag or client.get(read).headers["ETag"]})


def put_zones(client: TestClient, *zones: dict[str, Any], masks: Any = (), reason: str = "") -> Any:
    body = {"presets": presets(*zones), "privacy_masks": list(masks), "reason": reason}
    return put(client, f"{CAMERAS}/gate/zones", body)


def gate(sites: SiteRepository) -> Camera:
    """The camera of `document`, as it is kept."""
    site = sites.load()
    assert site is not None
    return site.camera("gate")


@dataclass
class Line:
    """Cameras that answer at once, white all over; or that do not."""

    refusal: str | None = None
    asked: list[tuple[str, Transport | None]] = field(default_factory=list)

    def probe(self, source: str, transport: Transport | None) -> Probe:
        self._ask(source, transport)
        return Probe(source, "h264", (1920, 1080), 25.0, 24.9, 2.0, 100, 3, 2048.0, 0.4, 4.0)

    def picture(self, source: str, transport: Transport | None) -> Image:
        self._ask(source, transport)
        return np.full((90, 160, 3), 255, np.uint8)

    def _ask(self, source: str, transport: Transport | None) -> None:
        self.asked.append((source, transport))
        if self.refusal:
            raise StreamError(self.refusal)
