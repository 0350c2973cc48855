"""What a former version left is opened by this one: migrated after a backup, verified, and dwells go on."""

import json
import shutil
from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from core.domain import Detection, Observation
from core.rules import rules_of
from detector.memory import from_json
from detector.watch import CameraWatch
from evidence.drafts.draft import DraftStore
from evidence.signing.seal import Sealer
from models.store import ModelStore
from runtime.home.installation import Installation
from store.base import migrate
from tests.evidence.build import small_body
from tests.runtime.conftest import Jiejing, jiejing

__all__ = ["jiejing"]

GATE, LANE, SQUARE = "c00f2f815e689ded", "3e60b68d3e3251d8", "28b46812975ec123"
SECRET = "made-up-secret"


@pytest.fixture
def home(former_home: Path) -> Path:
    """What the command line of the tests works on."""
    return former_home


def test_the_data_base_is_migrated_after_a_backup(home: Path) -> None:
    installation = Installation.open()
    assert migrate.current(installation.engine) == migrate.head()
    backups = list(home.glob("backups/before-*.tar.gz"))
    # Every version after the one that made this home changed the tables.
    assert len(backups) == (migrate.head() != "0007")
    events = {event.camera_id: event for event in installation.store.events.page().events}
    assert {camera: event.event_id for camera, event in events.items()} == {
        "gate": GATE,
        "lane": LANE,
        "square": SQUARE,
    }
    assert {camera: event.state for camera, event in events.items()} == {
        "gate": "cleared",
        "lane": "violation",
        "square": "candidate",
    }
    site = installation.site()
    assert all(SECRET in camera.source for camera in site.cameras)


@pytest.mark.parametrize("package", [GATE, LANE, f"{GATE}-clearing"])
def test_its_packages_verify(jiejing: Jiejing, home: Path, package: str) -> None:
    said = jiejing("verify", home / "packages" / package)
    assert said.code == 0, said.out


def test_its_audit_verifies(jiejing: Jiejing) -> None:
    said = jiejing("verify", "--audit")
    assert said.code == 0, said.out


def test_its_model_is_in_use(home: Path) -> None:
    store = ModelStore(home)
    assert [store.version(ref).card.name for ref in store.in_use()] == ["red"]


@pytest.mark.parametrize(("camera_id", "event_id"), [("lane", LANE), ("square", SQUARE)])
def test_what_stands_goes_on_standing(home: Path, camera_id: str, event_id: str) -> None:
    (camera,) = [one for one in Installation.open().site().cameras if one.id == camera_id]
    memory = from_json((home / "state" / f"{camera_id}.json").read_bytes())
    watch = CameraWatch(rules_of(camera), ZoneInfo("Asia/Shanghai"), 0.5, memory)
    (before,) = watch.open_events
    seen = Detection("car", 0.9, before.bbox_xyxy_px)
    at = before.last_seen + timedelta(seconds=10)
    changes = watch.update(Observation(camera_id, "1", at, before.frame_size_wh, (seen,)))
    (after,) = watch.open_events
    assert changes == []
    assert (after.event_id, after.still_since, after.last_seen) == (event_id, before.still_since, at)
    assert after.dwell_s == pytest.approx(before.dwell_s + 10)


def test_its_drafts_are_taken_up(home: Path) -> None:
    files = [file for one in ("lane", "square") for file in DraftStore(home / "drafts" / one).files()]
    kept = {file.draft.opened.event_id: file.draft for file in files if file.draft}
    assert kept.keys() == {LANE, SQUARE}
    assert kept[LANE].primary is not None
    assert kept[SQUARE].violation is None


def test_its_decision_and_its_picture_are_kept(jiejing: Jiejing, home: Path) -> None:
    said = jiejing("decisions", "export")
    assert said.code == 0, said.err
    (line,) = [json.loads(line) for line in said.out.splitlines() if line]
    assert (line["event_id"], line["verdict"]) == (GATE, "approved")
    assert len(list((home / "attachments" / GATE).iterdir())) == 1


def test_its_packages_chain_and_data_base_agree(jiejing: Jiejing, home: Path) -> None:
    """It was made at another path, which its chain names."""
    said = jiejing("evidence", "check")
    assert said.code == 0, said.out
    (home / "packages" / LANE / "composite.jpg").write_bytes(b"another")
    assert jiejing("evidence", "check").code == 1


def test_a_copy_agrees_beside_the_home_that_it_was_made_of(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, jiejing: Jiejing
) -> None:
    """What this version seals goes with it, and what the former one sealed too."""
    chain = home / "keys" / "chain-b75670c048db8c54.jsonl"
    chain.write_text(chain.read_text().replace("/tmp/fix/home", str(home)))
    Sealer.at(home).seal(home / "packages", "aa00000000000001", small_body)
    assert '"folder":"packages/aa00000000000001"' in chain.read_text()
    shutil.copytree(home, tmp_path / "copy")
    (home / "packages" / LANE / "composite.jpg").write_bytes(b"another")
    monkeypatch.setenv("JIEJING_HOME", str(tmp_path / "copy"))
    said = jiejing("evidence", "check")
    assert said.out.splitlines() == [f"{tmp_path / 'copy' / 'packages' / 'aa00000000000001'}: no row"]
