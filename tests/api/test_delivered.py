"""An approval rests on what this server sent to this officer, whatever the page says of itself."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Engine

from api.http.services import Services
from core.clock import rfc3339
from core.rights import Role
from store.review.deliveries import DeliveryRepository
from tests.api.accounts import Accounts
from tests.api.review_examples import CAR, Desk, come_back, faults, happen, put_site
from tests.fake_clock import FakeClock
from tests.store.examples import CAMERA, START

# The pictures of examples have no marked first one.
ALL = ["seen.first_picture", "seen.last_picture", "seen.subject"]
FIRST, LAST = "originals/first_rest.jpg", "originals/violation.jpg"


@pytest.fixture
def wang(accounts: Accounts) -> Desk:
    accounts.user("wang", Role.OFFICER)
    return Desk(accounts.sign_in("wang"))


def package_of(desk: Desk, event_id: str, opening: int = 1) -> str:
    packages = desk.client.get(f"/api/v1/events/{event_id}/packages").json()
    return str(next(one["package_id"] for one in packages if one["opening"] == opening))


def fetch(desk: Desk, package_id: str, path: str, **headers: str) -> int:
    return desk.client.get(f"/api/v1/packages/{package_id}/files/{path}", headers=headers).status_code


def approve(desk: Desk, event_id: str, opening: int = 1, **body: Any) -> Any:
    """An approval as the page sends it; what was sent to it is another matter."""
    whole = {"verdict": "approved", "reason": None, "seen": desk.looks, "subject": CAR, "spent_s": 7.5}
    return desk.decide(event_id, opening, **{**whole, **body})


def test_nothing_is_approved_of_which_no_picture_was_sent(li: Desk, services: Services) -> None:
    event_id = happen(services).event_id
    package = package_of(li, event_id)
    assert faults(approve(li, event_id)) == ALL
    # the small picture of the list is none of them
    li.client.get(f"/api/v1/packages/{package}/thumbnail")
    assert faults(approve(li, event_id)) == ALL
    fetch(li, package, FIRST)
    assert faults(approve(li, event_id)) == ALL[1:]
    fetch(li, package, "marked/violation.jpg")
    assert approve(li, event_id).status_code == 201


@pytest.mark.parametrize(
    ("path", "headers", "status"),
    [
        (LAST, {"Range": "bytes=0-0"}, 206),  # one byte is no picture
        (LAST, {"Range": "bytes=10-"}, 206),
        ("manifest.json", {}, 200),
        ("originals/middle.jpg", {}, 200),
    ],
)
def test_a_part_or_another_file_is_no_picture(
    li: Desk, services: Services, path: str, headers: dict[str, str], status: int
) -> None:
    event_id = happen(services).event_id
    package = package_of(li, event_id)
    fetch(li, package, FIRST)
    assert fetch(li, package, path, **headers) == status
    assert faults(approve(li, event_id)) == ALL[1:]


def test_who_was_never_sent_it_cannot_have_it(li: Desk, wang: Desk, services: Services) -> None:
    """A browser says which version it has: of one that it was never sent, it gets the whole."""
    event_id = happen(services).event_id
    package = package_of(li, event_id)
    etag = li.client.get(f"/api/v1/packages/{package}/files/{LAST}").headers["ETag"]
    assert fetch(li, package, LAST, **{"If-None-Match": etag}) == 304
    assert fetch(wang, package, LAST, **{"If-None-Match": etag}) == 200


def test_what_another_was_sent_is_not_what_i_was_sent(li: Desk, wang: Desk, services: Services) -> None:
    event_id = happen(services).event_id
    wang.look(event_id)
    assert faults(approve(li, event_id)) == ALL


def test_the_pictures_of_another_opening_do_not_count(li: Desk, services: Services) -> None:
    put_site(services, CAMERA)
    violation = happen(services)
    li.look(violation.event_id)
    come_back(services, violation)
    assert faults(approve(li, violation.event_id, 2)) == ALL
    assert approve(li, violation.event_id, 1).status_code == 201


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({"seen": dict.fromkeys(("first_picture", "last_picture", "subject"), "1999-01-01T00:00:00Z")}, ALL),
        ({"seen": dict.fromkeys(("first_picture", "last_picture", "subject"), "2999-01-01T00:00:00Z")}, ALL),
        ({"spent_s": 0}, ["spent_s"]),
        # longer than it is known to this officer
        ({"spent_s": 3600}, ["spent_s"]),
    ],
)
def test_times_that_cannot_be_are_refused(
    li: Desk, services: Services, body: dict[str, Any], expected: list[str]
) -> None:
    event_id = happen(services).event_id
    li.look(event_id)
    assert faults(approve(li, event_id, **body)) == expected


def test_a_look_holds_for_a_shift(li: Desk, services: Services, engine: Engine) -> None:
    event_id = happen(services).event_id
    package = package_of(li, event_id)
    user_id = _user_id(services)
    kept = DeliveryRepository(engine)
    for path in (FIRST, LAST):
        kept.note(user_id, package, path, START - timedelta(hours=13))
    assert faults(approve(li, event_id)) == ALL
    # Sent again: the first time stays what it was.
    kept.note(user_id, package, LAST, START)
    found = kept.of_package(user_id, package)[LAST]
    assert (found.first_at, found.last_at) == (START - timedelta(hours=13), START)


def test_it_is_kept_who_was_sent_what_and_when(li: Desk, services: Services, engine: Engine, clock: FakeClock) -> None:
    event_id = happen(services).event_id
    package = package_of(li, event_id)
    fetch(li, package, LAST)
    clock.sleep(60)
    fetch(li, package, LAST)
    user_id = _user_id(services)
    found = DeliveryRepository(engine).of_package(user_id, package)
    assert {path: (rfc3339(one.first_at), rfc3339(one.last_at)) for path, one in found.items()} == {
        LAST: (rfc3339(START), rfc3339(START + timedelta(seconds=60)))
    }
    assert li.client.get(f"/api/v1/packages/{package}/archive", params={"purpose": "court"}).status_code == 200
    assert "" in DeliveryRepository(engine).of_package(user_id, package)


def _user_id(services: Services) -> int:
    user = services.store.users.named("li")
    assert user is not None
    return user.user_id
