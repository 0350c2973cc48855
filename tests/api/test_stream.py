"""Live changes from a real server: they arrive, at those who may see them, as long as they are signed in."""

import json
from collections.abc import Iterator
from contextlib import contextmanager

import httpx
import pytest
from fastapi.testclient import TestClient

from api.http.services import Services
from api.live import updates_routes
from api.live.updates import LiveHub, live_hub
from core.rights import Role
from core.site import Camera
from tests.api.accounts import Accounts
from tests.api.review_examples import happen, put_site
from tests.exchange import exchange_shared
from tests.served import Served
from tests.store.examples import camera

# Far longer than anything takes: it only keeps a test that fails from hanging.
SOON_S = 60

TIGER, TOWER = camera("tiger", org="虎山街道"), camera("tower", org="双塔街道")

Message = tuple[str, str, str]  # kind, camera, id of the message


@pytest.fixture
def services(services: Services) -> Services:
    exchange_shared(services, live_hub, LiveHub(services.engine, services.clock, poll_s=0.01))
    put_site(services, TIGER, TOWER)
    return services


@pytest.fixture
def server(accounts: Accounts) -> Iterator[str]:
    with Served(accounts.app) as address:
        yield address


@contextmanager
def watching(server: str, who: TestClient, last_event_id: str = "") -> Iterator[Iterator[Message]]:
    """The messages that somebody gets; from here on nothing is missed."""
    headers = {"Last-Event-ID": last_event_id} if last_event_id else {}
    cookies = dict(who.cookies.items())
    with (
        httpx.Client(base_url=server, cookies=cookies, timeout=SOON_S) as client,
        client.stream("GET", "/api/v1/stream", headers=headers) as answer,
    ):
        assert (answer.status_code, answer.headers["content-type"].partition(";")[0]) == (200, "text/event-stream")
        lines = answer.iter_lines()
        if not last_event_id:
            # The first comment says that it is followed.
            assert next(lines).startswith(":")
        yield messages(lines)


def messages(lines: Iterator[str]) -> Iterator[Message]:
    """Server-Sent Events, without comments: https://html.spec.whatwg.org/multipage/server-sent-events.html"""
    fields: dict[str, str] = {}
    for line in lines:
        name, _, value = line.partition(":")
        if line and name:
            fields[name] = value.removeprefix(" ")
        elif not line:
            if "data" in fields:
                yield fields["event"], json.loads(fields["data"])["camera_id"], fields["id"]
            fields = {}


def told(stream: Iterator[Message]) -> tuple[str, str]:
    """Kind and camera of the next message."""
    kind, camera_id, _ = next(stream)
    return kind, camera_id


def of_street(accounts: Accounts, name: str, street: Camera) -> TestClient:
    """An officer of the street that a camera hangs on."""
    assert street.org is not None
    accounts.user(name, Role.OFFICER, node=accounts.node(street.org, accounts.node(f"{name} 县")))
    return accounts.sign_in(name)


def test_each_is_told_what_happens_below_the_own_node(accounts: Accounts, services: Services, server: str) -> None:
    site = accounts.as_role(Role.OFFICER)
    tiger, tower = of_street(accounts, "a", TIGER), of_street(accounts, "b", TOWER)
    with watching(server, site) as all_of_it, watching(server, tiger) as one, watching(server, tower) as other:
        happen(services, 0, TIGER)
        happen(services, 1, TOWER)
        opened = [("opened", "tiger"), ("changed", "tiger"), ("opened", "tower"), ("changed", "tower")]
        assert [told(all_of_it) for _ in opened] == opened
        assert [told(one), told(one)] == opened[:2]
        # Had it been told of the other street, that would have come first.
        assert [told(other), told(other)] == opened[2:]


def test_a_browser_that_connects_again_gets_what_it_missed(accounts: Accounts, services: Services, server: str) -> None:
    officer = accounts.as_role(Role.OFFICER)
    with watching(server, officer) as stream:
        happen(services, 0, TIGER)
        next(stream)
        *_, last = next(stream)
    happen(services, 1, TOWER)
    with watching(server, officer, last) as stream:
        assert told(stream) == ("opened", "tower")


def test_a_stream_ends_with_its_session(
    accounts: Accounts, services: Services, server: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(updates_routes, "CHECK_S", 0.05)
    officer = accounts.as_role(Role.OFFICER)
    with watching(server, officer) as stream:
        assert officer.delete("/api/v1/session").status_code == 204
        assert list(stream) == []


def test_nobody_is_told_without_a_session(server: str) -> None:
    assert httpx.get(f"{server}/api/v1/stream", timeout=SOON_S).status_code == 401


def test_whoever_reads_nothing_slows_nobody(accounts: Accounts, services: Services, server: str) -> None:
    officer = accounts.as_role(Role.OFFICER)
    with watching(server, officer), watching(server, officer) as quick:
        for number in range(20):
            happen(services, number, TIGER)
            assert [told(quick), told(quick)] == [("opened", "tiger"), ("changed", "tiger")]
