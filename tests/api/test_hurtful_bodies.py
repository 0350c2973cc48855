"""What is made to hurt its reader is refused soon, and whoever asks for something else meanwhile is answered."""

import io
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from PIL import Image

from api.http.services import Services
from core.rights import Role
from store.files.picture_files import MAX_PIXELS
from store.files.subprocess_reader import LIMITS
from tests.api.accounts import PASSWORD, Accounts
from tests.api.camera_examples import CAMERAS, document
from tests.api.review_examples import happen
from tests.served import Served
from tests.store.test_camera_tables import BOMBS

ZONES = 1500


def picture(mode: str, side: int, kind: str, **options: Any) -> bytes:
    """A picture of one colour: a few kilobytes that take very much to hold."""
    target = io.BytesIO()
    Image.new(mode, (side, side)).save(target, kind, **options)
    return target.getvalue()


def many_zones() -> dict[str, Any]:
    """A camera with 1,500 zones, each for itself as small as can be."""
    corner = [[0.1, 0.1], [0.2, 0.1], [0.2, 0.2]]
    zones = [{"id": f"z{number}", "violation": "illegal_parking", "polygon": corner} for number in range(ZONES)]
    return {**document(), "presets": [{"id": "1", "zones": zones}]}


@pytest.fixture
def operations_at(app: FastAPI, accounts: Accounts) -> Iterator[Callable[[Role], httpx.Client]]:
    """Clients of a server in this process, signed in by their role."""
    with Served(app) as address:
        clients: list[httpx.Client] = []

        def signed_in(role: Role) -> httpx.Client:
            accounts.user(role.value, role)
            client = httpx.Client(base_url=address, timeout=60, headers={"Host": "localhost"})
            clients.append(client)
            answer = client.post("/api/v1/session", json={"name": role.value, "password": PASSWORD})
            assert answer.status_code == 200, answer.text
            client.headers["X-CSRF-Token"] = client.get("/api/v1/session").json()["csrf_token"]
            return client

        yield signed_in
        for one in clients:
            one.close()


def test_fifteen_hundred_zones_are_refused_before_anything_is_compared(accounts: Accounts, services: Services) -> None:
    client = accounts.as_role(Role.OPERATIONS)
    answer = client.post(CAMERAS, json=many_zones())
    assert answer.status_code == 422, answer.text[:200]
    # By their number, before any of them is looked at.
    assert answer.json()["errors"][0]["code"] == "api.list_too_long"


@pytest.mark.parametrize(
    ("content", "status"),
    [
        # more than is begun with: what the header claims is enough
        (picture("L", int(MAX_PIXELS**0.5) + 1, "PNG"), 422),
        # large ones are taken, as JPEG of what a phone makes at its best
        (picture("RGBA", 5000, "PNG"), 201),
        (picture("RGB", 2990, "WEBP", quality=1, method=0), 201),
        (picture("RGB", 7000, "JPEG"), 201),
        # fewer pixels than that bound, and more memory to decode than a picture may take
        (picture("RGB", 7000, "WEBP", quality=1, method=0), 422),
        (picture("RGB", 3100, "WEBP", quality=1, method=0), 422),
        (picture("RGBA", 7000, "PNG"), 422),
        (picture("RGB", 7000, "JPEG", progressive=True, subsampling=0), 422),
        # a picture that is cut off
        (picture("RGB", 2000, "PNG")[:-40], 422),
    ],
)
def test_a_picture_is_decoded_elsewhere(accounts: Accounts, services: Services, content: bytes, status: int) -> None:
    before = _peak_kb()
    place = f"/api/v1/events/{happen(services).event_id}/attachments"
    answer = accounts.as_role(Role.OFFICER).post(place, files={"file": ("a.png", content)})
    assert answer.status_code == status, answer.text
    # What it took to hold it was held by a process of its own.
    assert _peak_kb() - before < 100 * 1024


def test_others_are_answered_while_files_are_read(
    operations_at: Callable[[Role], httpx.Client], services: Services
) -> None:
    sender, other = operations_at(Role.OPERATIONS), operations_at(Role.OFFICER)
    names = ("chained entities", "20 MB of empty rows", "aliases of aliases", "20 MB of values", "one line of 20 MB")
    outcomes: dict[str, int] = {}

    def send() -> None:
        for name in names:
            make, kind = BOMBS[name]
            content, form = make(), {"kind": kind, "dry_run": "true"}
            answer = sender.post("/api/v1/camera-imports", files={"file": ("cameras", content)}, data=form)
            outcomes[name] = answer.status_code

    sending = threading.Thread(target=send)
    sending.start()
    waits: list[float] = []
    while sending.is_alive():
        began = time.monotonic()
        assert other.get("/api/v1/events").status_code == 200
        waits.append(time.monotonic() - began)
        time.sleep(0.05)
    sending.join()
    # Some are refused by their size already.
    assert all(status in (200, 413, 422) for status in outcomes.values()), outcomes
    # On a busy machine one answer may be late; most are not, and none waits for a file to be read.
    assert sorted(waits)[len(waits) // 2] < 1
    assert max(waits) < 10


def test_who_decodes_pictures_has_two_hundred_megabytes_at_most() -> None:
    """Address space, of which what is resident is a part."""
    assert LIMITS["picture"].memory <= 200 << 20


def _peak_kb() -> int:
    return int(Path("/proc/self/status").read_text().partition("VmHWM:")[2].split()[0])
