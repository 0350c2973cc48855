"""Supervision: who rejected and let off whom, how often, and which events to look at."""

import csv
import io
from typing import Any

import pytest
from fastapi.testclient import TestClient

from api.http.services import Services
from core.policy.review import EXEMPTIONS, REASONS, UNDO_S
from core.rights import Role
from core.site import Shop
from tests.api.accounts import Accounts
from tests.api.review_examples import CAR, Desk, an_hour_later, camera_with, happen, put_site
from tests.fake_clock import FakeClock
from tests.store.examples import PAVEMENT

SUPERVISION = "/api/v1/supervision"
SHOP = PAVEMENT.model_copy(update={"violation": "window_front_trading", "shop": Shop(name="某某水果店")})


@pytest.fixture
def services(services: Services, clock: FakeClock) -> Services:
    return an_hour_later(services, clock)


@pytest.fixture
def du(accounts: Accounts) -> TestClient:
    return accounts.as_role(Role.SUPERVISION)


@pytest.fixture
def decided(li: Desk, accounts: Accounts, services: Services, clock: FakeClock) -> list[str]:
    """li approves one and rejects three, of which two let somebody off; wang has a shop, and can still undo."""
    put_site(services, camera_with(org="虎山街道"), camera_with(SHOP, id="shop-cam", org="双塔街道"))
    accounts.user("wang", Role.OFFICER)
    wang = Desk(accounts.sign_in("wang"))
    events = [happen(services, number).event_id for number in range(4)]
    li.approve(events[0])
    li.decide(events[1])
    li.decide(events[2], reason="permitted", note="疏导点")
    li.decide(events[3], reason="on_duty", subject=CAR)
    shop = happen(services, 4, camera_with(SHOP, id="shop-cam")).event_id
    wang.decide(shop, reason="corrected_in_presence")
    clock.sleep(UNDO_S)
    wang.decide(happen(services, 5).event_id)
    return [*events, shop]


def groups(client: TestClient, by: str) -> list[tuple[Any, ...]]:
    found = client.get(SUPERVISION, params={"by": by}).json()["groups"]
    return [(one["name"], one["decided"], one["rejected"]["hits"], one["exempted"]["hits"]) for one in found]


def test_by_officer_plate_and_shop(du: TestClient, decided: list[str]) -> None:
    assert groups(du, "officer") == [("li 全名", 4, 3, 2), ("wang 全名", 1, 1, 1)]
    assert groups(du, "plate") == [("", 3, 3, 2), ("浙H12345", 2, 1, 1)]
    # The shop that nobody entered is the one whose front the zone watches.
    assert groups(du, "shop") == [("", 4, 3, 2), ("某某水果店", 1, 1, 1)]
    total = du.get(SUPERVISION).json()["total"]
    assert (total["decided"], total["rejected"]["value"]) == (5, 0.8)
    # Wilson's interval of 4 in 5, by hand.
    assert (total["rejected"]["low"], total["rejected"]["high"]) == pytest.approx((0.3755, 0.9638), abs=1e-4)
    assert total["reasons"] == {"not_a_violation": 1, "permitted": 1, "on_duty": 1, "corrected_in_presence": 1}


def test_each_figure_leads_to_its_events(du: TestClient, decided: list[str]) -> None:
    officer = du.get(SUPERVISION).json()["groups"][0]
    listed = du.get(f"{SUPERVISION}/decisions", params={"key": officer["key"], "exempted": True}).json()
    assert {one["event_id"] for one in listed} == set(decided[2:4])
    told = next(one for one in listed if one["event_id"] == decided[2])
    assert (told["reason"], told["note"], told["place"], told["exempted"]) == (
        "permitted",
        "疏导点",
        "解放路与中山路口",
        True,
    )
    assert du.get(f"/api/v1/events/{decided[2]}").status_code == 200
    assert len(du.get(f"{SUPERVISION}/decisions").json()) == 4


def test_a_node_supervises_its_own(accounts: Accounts, decided: list[str]) -> None:
    tower = accounts.node("双塔街道", accounts.node("江山市"))
    du = accounts.as_role(Role.SUPERVISION, tower)
    assert groups(du, "officer") == [("wang 全名", 1, 1, 1)]
    assert [one["event_id"] for one in du.get(f"{SUPERVISION}/decisions").json()] == [decided[4]]


def test_as_a_table_and_in_the_audit(du: TestClient, decided: list[str], services: Services) -> None:
    answer = du.get(f"{SUPERVISION}/export", params={"by": "plate"})
    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert [row[:4] for row in rows[1:]] == [
        ["", "", "3", "3"],
        ["浙H12345", "浙H12345", "2", "1"],
        ["", "合计 total", "5", "4"],
    ]
    assert services.store.audit.page()[0][0].action == "supervision.export"
    du.get(SUPERVISION)
    assert services.store.audit.page()[0][0].action == "supervision.view"


def test_who_is_let_off_is_one_of_the_reasons() -> None:
    assert REASONS.keys() > EXEMPTIONS
    assert {REASONS[one].effect for one in EXEMPTIONS} == {"keep_positive"}


@pytest.mark.parametrize(
    "query",
    [
        {"by": "age"},
        {"since": "2026"},
        {"who": "x"},
        {"since": "2020-01-01T00:00:00Z", "until": "2026-01-01T00:00:00Z"},
    ],
)
def test_wrong_questions(du: TestClient, query: dict[str, str]) -> None:
    assert du.get(SUPERVISION, params=query).status_code == 422
