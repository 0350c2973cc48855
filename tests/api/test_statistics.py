"""The statistics over HTTP: what is counted, in which groups, and tables that no spreadsheet runs."""

import csv
import io
from typing import Any

import pytest
from openpyxl import load_workbook

from api.http.services import Services
from core.policy.review import UNDO_S
from core.rights import Role
from store.review.checks import CheckShares
from tests.api.accounts import Accounts
from tests.api.review_examples import Desk, an_hour_later, camera_with, happen, put_site
from tests.exchange import exchange
from tests.fake_clock import FakeClock
from tests.store.examples import CAMERA, as_cleared


@pytest.fixture
def services(services: Services, clock: FakeClock) -> Services:
    return an_hour_later(services, clock)


def test_figures_count_what_is_final(li: Desk, services: Services, clock: FakeClock) -> None:
    put_site(services, camera_with(org="虎山街道"))
    for number in range(3):
        assert li.approve(happen(services, number).event_id).status_code == 201
    li.decide(happen(services, 3, violation="street_vending").event_id)
    clock.sleep(UNDO_S)
    li.decide(happen(services, 4).event_id)
    happen(services, 5)
    found = _figures(li)
    total = found["total"]
    assert (total["alarms"], total["approved"], total["rejected"], total["pending"]) == (6, 3, 1, 2)
    # The last two cannot be known yet: one can be undone, one was not decided.
    assert (total["approval"]["value"], total["noisy"]) == (0.75, None)
    # Wilson's interval of 3 in 4, by hand.
    assert (total["approval"]["low"], total["approval"]["high"]) == pytest.approx((0.3006, 0.9544), abs=1e-4)
    # An hour after the first one was seen, five minutes of which passed before the violation.
    assert total["minutes_median"] == pytest.approx(53.5)
    assert [(one["key"], one["alarms"]) for one in found["groups"]] == [("illegal_parking", 5), ("street_vending", 1)]
    assert [(one["officer_name"], one["decided"]) for one in found["loads"]] == [("li 全名", 4)]


def test_what_waits_is_the_same_number_in_statistics_and_system(
    accounts: Accounts, li: Desk, services: Services, clock: FakeClock
) -> None:
    put_site(services, camera_with(org="虎山街道"))
    events = [happen(services, number).event_id for number in range(4)]
    li.decide(events[0])
    li.ask(events[1])
    clock.sleep(UNDO_S)
    accounts.user("ops", Role.OPERATIONS)
    queues = accounts.sign_in("ops").get("/api/v1/system").json()["queues"]
    assert (queues["to_decide"], queues["more_evidence"]) == (2, 1)
    pending = _figures(li)["total"]["pending"]
    assert pending == queues["to_decide"] - queues["second_look"] + queues["more_evidence"]


GROUPS = [
    ("type", ["illegal_parking"]),
    # 00:05 UTC is 8 in the morning there
    ("hour", ["08"]),
    ("camera", [CAMERA.id]),
    ("grid", ["33"]),
    ("org", ["虎山街道"]),
    ("zone", [f"{CAMERA.id}/1/pavement-1"]),
]


def test_groups(li: Desk, services: Services) -> None:
    put_site(services, camera_with(org="虎山街道", place=CAMERA.place.model_copy(update={"grid": "33"})))
    happen(services)
    for by, keys in GROUPS:
        assert [one["key"] for one in _figures(li, by=by)["groups"]] == keys, by


def test_a_place_where_most_is_rejected_is_noisy(li: Desk, services: Services, clock: FakeClock) -> None:
    for number in range(10):
        li.decide(happen(services, number).event_id)
    clock.sleep(UNDO_S)
    assert _figures(li, by="zone")["groups"][0]["noisy"] is True


def test_what_is_not_known_says_why(li: Desk) -> None:
    found = _figures(li)
    assert (found["closing"], found["timely"]) == (None, None)
    for one in found["formulas"]:
        assert one["formula_zh"]
        assert one["formula_en"]
        assert bool(one["unknown_zh"]) == bool(one["unknown_en"]) == (one["key"] in ("closing", "timely"))
    assert found["relapse"] == {"hits": 0, "total": 0, "value": None, "low": None, "high": None}


def test_the_same_place_again(li: Desk, services: Services, clock: FakeClock) -> None:
    first = happen(services, 0)
    services.store.events.apply(as_cleared(first))
    li.approve(first.event_id)
    li.approve(happen(services, 24 * 60).event_id)
    clock.sleep(8 * 86400)
    again = Desk(_again(li))
    assert _figures(again)["relapse"]["value"] == 1


def test_agreement_and_false_approvals(accounts: Accounts, li: Desk, services: Services, clock: FakeClock) -> None:
    accounts.user("wang", Role.OFFICER)
    wang = Desk(accounts.sign_in("wang"))
    exchange(services, check_shares=CheckShares(second_look=1, known_negative=0))
    events = [happen(services, number).event_id for number in range(2)]
    for event_id in events:
        li.decide(event_id)
    clock.sleep(UNDO_S)
    assert wang.decide(events[0]).status_code == 201
    assert wang.approve(events[1]).status_code == 201
    assert _figures(li)["agreement"]["total"] == 0
    clock.sleep(UNDO_S)
    found = _figures(li)
    assert (found["agreement"]["hits"], found["agreement"]["total"]) == (1, 2)
    # A check changes no verdict.
    assert (found["total"]["rejected"], found["total"]["approved"]) == (2, 0)


WRONG = [
    {"by": "officer"},
    {"since": "2026-05-02T00:00:00Z", "until": "2026-05-01T00:00:00Z"},
    {"since": "2020-05-02T00:00:00Z", "until": "2026-05-01T00:00:00Z"},
    {"since": "20260501"},
    {"unknown": "1"},
]


def test_wrong_questions(li: Desk) -> None:
    for query in WRONG:
        assert li.client.get("/api/v1/statistics", params=query).status_code == 422, query


def test_no_cell_is_a_formula(li: Desk, services: Services) -> None:
    name = '=HYPERLINK("http://evil","x")'
    put_site(services, camera_with(name=name))
    happen(services)
    place = "/api/v1/statistics/export?by=camera&format="
    answer = li.client.get(place + "csv")
    assert answer.headers["content-disposition"].startswith('attachment; filename="statistics-camera-')
    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert rows[1][:2] == [CAMERA.id, "'" + name]
    book = load_workbook(io.BytesIO(li.client.get(place + "xlsx").content))
    cell = book.worksheets[0]["B2"]
    assert (cell.data_type, cell.value) == ("s", "'" + name)
    assert book.worksheets[0]["D2"].value == 1
    assert [sheet.title for sheet in book.worksheets] == ["分组 groups", "指标 rates", "班次 shifts", "口径 formulas"]
    assert [one.action for one in services.store.audit.page()[0]][:2] == ["statistics.export"] * 2


def test_a_node_counts_its_own(accounts: Accounts, services: Services) -> None:
    put_site(services, camera_with(org="虎山街道"))
    happen(services)
    county = accounts.node("江山市")
    for street, number in (("虎山街道", 1), ("双塔街道", 0)):
        accounts.user(f"m{number}", Role.MANAGER, node=accounts.node(street, county))
        assert _figures(Desk(accounts.sign_in(f"m{number}")))["total"]["alarms"] == number


def _figures(desk: Desk, **query: Any) -> Any:
    answer = desk.client.get("/api/v1/statistics", params=query)
    assert answer.status_code == 200, answer.text
    return answer.json()


def _again(desk: Desk) -> Any:
    """The same person, signed in anew after a week."""
    answer = desk.client.post("/api/v1/session", json={"name": "li", "password": "correct-horse-battery"})
    desk.client.headers["X-CSRF-Token"] = answer.json()["csrf_token"]
    return desk.client
