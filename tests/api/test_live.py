"""Live pictures: made only while somebody watches, shown to whom they may be shown, and never at a camera's expense."""

import asyncio
import threading
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI

from api.http.services import Services
from api.live import live_routes
from api.live.relay import LiveRelay
from core.live_wire import Want
from core.rights import Role
from runtime.camera.live_window import LiveWindow
from tests.api.accounts import PASSWORD, SETTING_UP, Accounts
from tests.api.review_examples import camera_with, put_site
from tests.live_parts import Part, at_work, parts_of, sight
from tests.served import Served
from tests.store.examples import CAMERA

SOON_S = 30
WALL = Want(CAMERA.id, "wall")
LIVE = "/api/v1/live"


@pytest.fixture
def window(tmp_path: Path) -> Iterator[LiveWindow]:
    with LiveWindow(tmp_path) as window:
        yield window


@pytest.fixture
def shown(window: LiveWindow) -> Iterator[None]:
    """A camera at work."""
    with at_work(window):
        yield


def run(work: Callable[[], Awaitable[None]]) -> None:
    asyncio.run(asyncio.wait_for(work(), SOON_S))  # type: ignore[arg-type]


async def state(parts: AsyncGenerator[bytes]) -> bool:
    """What is said next of the analysis."""
    while True:
        (told,) = parts_of(iter([await anext(parts)]))
        if told.header["kind"] == "state":
            return bool(told.header["running"])


async def until(happens: Callable[[], bool]) -> None:
    while not happens():
        await asyncio.sleep(0.01)


async def picture(parts: AsyncGenerator[bytes]) -> Part:
    """The next picture."""
    while True:
        (told,) = parts_of(iter([await anext(parts)]))
        if told.header["kind"] == "picture":
            return told


def test_a_picture_comes_with_what_was_seen_in_it(window: LiveWindow, shown: None, tmp_path: Path) -> None:
    async def work() -> None:
        parts = LiveRelay(tmp_path).watch([WALL])
        assert await state(parts)
        seen = await picture(parts)
        await parts.aclose()
        assert seen.picture.shape == (360, 640, 3)
        assert seen.header["zones"][0]["name"] == "人行道"
        (standing,) = seen.header["events"]
        assert (standing["state"], standing["dwell_s"], standing["observing"]) == ("violation", 300.0, False)
        assert standing["boxes"] == [[0.0521, 0.1854, 0.1564, 0.3707]]
        assert seen.header["detections"] == [{"label": "car", "score": 0.81, "box": standing["boxes"][0]}]

    run(work)


def test_nothing_is_made_while_nobody_watches(window: LiveWindow, shown: None, tmp_path: Path) -> None:
    async def work() -> None:
        relay = LiveRelay(tmp_path)
        assert window.made == 0
        other = relay.watch([Want("another", "wall")])
        assert await state(other)
        parts = relay.watch([WALL])
        await picture(parts)
        await parts.aclose()
        # Its wants have arrived once a picture of another size comes.
        large = relay.watch([Want(CAMERA.id, "large")])
        assert (await picture(large)).picture.shape == (720, 1280, 3)
        await large.aclose()
        await other.aclose()
        assert not relay.is_connected
        await until(lambda: not window.is_watched)
        # A picture that was under way is made to its end.
        await until(lambda: not any(thread.name == "live writer" for thread in threading.enumerate()))
        made = window.made
        window.offer(sight())
        assert window.made == made

    run(work)


def test_it_survives_the_end_of_either_side(tmp_path: Path) -> None:
    async def work() -> None:
        relay = LiveRelay(tmp_path, retry_s=0.01)
        parts = relay.watch([WALL])
        assert not await state(parts)
        for _ in range(2):
            with LiveWindow(tmp_path) as window, at_work(window):
                assert await state(parts)
                await picture(parts)
            assert not await state(parts)
        await parts.aclose()

    run(work)


def test_a_slow_viewer_gets_the_newest_and_holds_up_nobody(window: LiveWindow, tmp_path: Path) -> None:
    async def work() -> None:
        relay = LiveRelay(tmp_path)
        slow, quick = relay.watch([WALL]), relay.watch([WALL])
        assert await state(slow)
        assert await state(quick)
        await until(lambda: window.is_watched)
        for grey in range(10, 250, 40):
            window.offer(sight(grey=grey))
            newest = await picture(quick)
        assert newest.picture.mean() == pytest.approx(210, abs=3)
        assert (await picture(slow)).picture.mean() == pytest.approx(210, abs=3)
        await slow.aclose()
        await quick.aclose()

    run(work)


def test_only_the_owner_of_the_home_can_connect(window: LiveWindow, tmp_path: Path) -> None:
    assert (tmp_path / "live.sock").stat().st_mode & 0o777 == 0o600


def test_whoever_is_not_of_operations_says_why(accounts: Accounts, services: Services) -> None:
    put_site(services, CAMERA)
    officer = accounts.as_role(Role.OFFICER)
    for purpose in ({}, {"purpose": "  "}):
        answer = officer.get(LIVE, params={"camera": CAMERA.id, **purpose})
        assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "purpose")
    assert services.store.audit.page()[0][0].action != "live.view"


WRONG = [
    ({}, 422),
    ({"camera": "../etc"}, 422),
    ({"camera": "none"}, 404),
    ({"camera": [CAMERA.id, "none"]}, 404),
    ({"camera": CAMERA.id, "size": "huge"}, 422),
    ({"camera": [f"c{number}" for number in range(65)]}, 422),
    ({"camera": CAMERA.id, "purpose": "x" * 201}, 422),
]


def test_wrong_questions(accounts: Accounts, services: Services) -> None:
    put_site(services, CAMERA)
    operations = accounts.as_role(Role.OPERATIONS)
    for query, status in WRONG:
        assert operations.get(LIVE, params=query).status_code == status, query


def test_a_node_watches_its_own(accounts: Accounts, services: Services) -> None:
    put_site(services, camera_with(org="虎山街道"))
    county = accounts.node("江山市")
    accounts.node("虎山街道", county)
    tower = accounts.as_role(Role.OPERATIONS, accounts.node("双塔街道", county))
    assert tower.get(LIVE, params={"camera": CAMERA.id}).status_code == 404


@contextmanager
def signed_in(app: FastAPI, name: str) -> Iterator[httpx.Client]:
    with Served(app) as address, httpx.Client(base_url=address, timeout=SOON_S) as client:
        assert client.post("/api/v1/session", json={"name": name, "password": PASSWORD}).is_success
        yield client


def test_who_watched_what_and_why_is_in_the_audit(
    app: FastAPI, accounts: Accounts, services: Services, shown: None
) -> None:
    put_site(services, CAMERA)
    accounts.user("li", Role.OFFICER)
    with signed_in(app, "li") as client:
        for _ in range(2):
            with client.stream("GET", LIVE, params={"camera": CAMERA.id, "purpose": "群众举报核实"}) as answer:
                assert answer.headers["content-type"] == live_routes.MEDIA_TYPE
                parts = parts_of(answer.iter_raw())
                assert [next(parts).header["kind"] for _ in range(3)] == ["state", "picture", "picture"]
    (row,) = (one for one in services.store.audit.page()[0] if one.action == "live.view")
    assert (row.actor_name, row.object_kind, row.object_id, row.purpose) == ("li", "camera", CAMERA.id, "群众举报核实")


def test_it_ends_when_the_session_does(
    app: FastAPI, accounts: Accounts, services: Services, shown: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live_routes, "CHECK_S", 0.05)
    put_site(services, CAMERA)
    user = accounts.user("yun", Role.OPERATIONS)
    with signed_in(app, "yun") as client, client.stream("GET", LIVE, params={"camera": CAMERA.id}) as answer:
        parts = parts_of(answer.iter_raw())
        next(parts)
        accounts.users.change(user.user_id, user.version, {"state": "disabled"}, SETTING_UP)
        assert all(one.header["kind"] in ("state", "picture") for one in parts)
