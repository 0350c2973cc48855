"""How the installation is doing, over HTTP: what waits, what is full, who watches."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from api.http.services import Services
from api.system.disk_use import DiskMeter, disk_meter
from core.health import SLOW_AFTER_S, condition_of
from core.rights import Role
from core.settings import Settings
from tests.api.accounts import Accounts
from tests.api.review_examples import happen, put_site
from tests.fake_clock import FakeClock
from tests.store.examples import CAMERA, as_cleared, as_violation, camera, event, package, stream_state

SYSTEM = "/api/v1/system"


@pytest.fixture
def services(services: Services, clock: FakeClock) -> Services:
    clock.sleep(3600)
    return services


@pytest.fixture
def operations(accounts: Accounts) -> TestClient:
    return accounts.as_role(Role.OPERATIONS)


def test_a_fresh_installation(operations: TestClient) -> None:
    found = operations.get(SYSTEM).json()
    assert found["queues"] == dict.fromkeys(("to_seal", "to_decide", "overdue", "more_evidence", "second_look"), 0)
    assert found["analysis"] == {"running": None, "reported_at": None, "cameras": {}}
    assert found["versions"]["schema_is"] == found["versions"]["schema_wanted"]
    checks = {one["name"]: one for one in found["checks"]}
    assert checks["models"]["ok"] is False
    assert checks["models"]["says"]["code"] == "models.none_in_use_but_there"
    assert found["disk"]["full_in_days"] is None


def test_what_waits(operations: TestClient, services: Services, clock: FakeClock) -> None:
    put_site(services, CAMERA)
    happen(services, 0)
    services.store.events.apply(as_violation(event(1)))
    observed = replace(as_violation(event(2)), observing=True)
    services.store.events.apply(observed)
    queues = operations.get(SYSTEM).json()["queues"]
    assert (queues["to_decide"], queues["to_seal"], queues["overdue"]) == (2, 1, 0)
    # What was sealed comes back, and is no violation again yet.
    sealed = as_violation(event(0))
    services.store.events.apply(as_cleared(sealed))
    services.store.events.apply(replace(sealed, state="candidate", opening=2))
    assert operations.get(SYSTEM).json()["queues"]["to_seal"] == 1
    clock.sleep(timedelta(hours=25).total_seconds())
    operations.post("/api/v1/session", json={"name": "operations", "password": "correct-horse-battery"})
    assert operations.get(SYSTEM).json()["queues"]["overdue"] == 2


def test_whether_the_cameras_are_watched(operations: TestClient, services: Services, clock: FakeClock) -> None:
    put_site(services, CAMERA, camera("late"), camera("gone"), camera("new"))
    late = stream_state("late", delay_s=SLOW_AFTER_S + 1)
    services.store.camera_states.put(stream_state(), late, stream_state("gone", status="waiting"))
    found = operations.get(SYSTEM).json()["analysis"]
    assert found["running"] is True
    assert found["cameras"] == {"online": 1, "slow": 1, "offline": 1, "unknown": 1}
    clock.sleep(31)
    found = operations.get(SYSTEM).json()["analysis"]
    assert (found["running"], found["cameras"]) == (False, {"unwatched": 3, "unknown": 1})


def test_the_disk_and_when_it_is_full(accounts: Accounts, services: Services, clock: FakeClock) -> None:
    folder = services.packages_folder / "a"
    folder.mkdir()
    (folder / "clip.mp4").write_bytes(bytes(5_000_000))
    services.store.events.apply(event())
    for number in range(1, 15):
        services.store.packages.add(package(number, sealed_at=clock.utc() - timedelta(hours=number)))
    services.shared(disk_meter).count()
    disk = accounts.as_role(Role.SYSTEM_ADMIN).get(SYSTEM).json()["disk"]
    assert {one["name"]: one["bytes"] for one in disk["folders"]}["packages"] == 5_000_000
    assert disk["packages_a_day"] == 2
    # Two packages a day of a fourteenth of what there is.
    room = disk["free_bytes"] - services.settings.min_free_mb * 2**20
    days = room / (5_000_000 / 14 * 2)
    assert disk["full_in_days"] == (pytest.approx(days, rel=0.1) if days <= 3650 else None)


def test_folders_are_counted_aside_and_not_for_every_question(tmp_path: Path, clock: FakeClock) -> None:
    meter = DiskMeter(tmp_path, clock)
    meter.count()
    (tmp_path / "ring").mkdir()
    (tmp_path / "ring" / "a").write_bytes(b"1234")
    known = meter.latest()
    assert known is not None
    assert known.bytes_of["ring"] == 0
    assert meter.count().bytes_of["ring"] == 4


def test_settings_that_were_given_hold(services: Services, tmp_path: Path) -> None:
    given = Settings(home=tmp_path, min_free_mb=7)
    assert replace(services, configuration=given).settings.min_free_mb == 7
    assert services.settings.home == tmp_path


@pytest.mark.parametrize(
    ("condition", "changes", "stale"),
    [
        ("online", {}, False),
        ("slow", {"delay_s": 9.0}, False),
        ("unfit", {"unfit": "view moved"}, False),
        ("offline", {"status": "waiting"}, False),
        ("connecting", {"status": "connecting"}, False),
        # Whatever was reported last says nothing once nobody reports any more.
        ("unwatched", {}, True),
        ("unwatched", {"status": "stopped"}, False),
    ],
)
def test_the_condition_of_a_camera(condition: str, changes: dict[str, object], stale: bool) -> None:
    assert condition_of(stream_state(**changes), stale=stale) == condition
