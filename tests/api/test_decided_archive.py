"""Decided events with their pictures, from the page Models to a data set on another machine."""

import io
import json
import zipfile
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from PIL import Image
from sqlalchemy import update
from typer.testing import CliRunner, Result

from api.http.services import Services
from core.clock import rfc3339
from core.errors import InputError
from core.policy.review import UNDO_S
from core.rights import Role
from store.base.engine import writing
from store.tables.events import EventRow
from tests.api.accounts import Accounts
from tests.api.review_examples import Desk, camera_with, happen, put_site
from tests.fake_clock import FakeClock
from tests.store.examples import CAMERA, START
from training.commands.dataset import app as dataset_command
from training.datasets.folder import Dataset
from training.datasets.model import LabelledBox, LabelledPicture
from training.datasets.pictures import decoded

EXPORT = "/api/v1/decisions.zip"
WHY = {"purpose": "street-n 的下一次训练"}
WINDOW = ((0.0, 0.0), (0.5, 0.0), (0.5, 0.5), (0.0, 0.5))  # of another flat: for nobody who labels
CAR_BOX = (10.01, 20.02, 30.03, 40.04)  # the example car, in pixels of the still


@pytest.fixture
def engineer(accounts: Accounts) -> TestClient:
    return accounts.as_role(Role.ML_ENGINEER)


@pytest.fixture
def street(services: Services) -> None:
    put_site(services, camera_with(privacy_masks=(WINDOW,)))


def mark_miss(desk: Desk, package_id: str, path: str) -> None:
    picture = {"package_id": package_id, "path": path}
    about = {"camera_id": CAMERA.id, "label": "stall", "box": [100, 20, 150, 60], "utc": rfc3339(START)}
    assert desk.client.post("/api/v1/misses", json={**about, "picture": picture}).status_code == 201


def downloaded(client: TestClient, folder: Path, **query: Any) -> Path:
    answer = client.get(EXPORT, params={**WHY, **query})
    assert answer.status_code == 200, answer.text
    path = folder / "decided.zip"
    path.write_bytes(answer.content)
    return path


def harvested(archive: Path, into: Path) -> Result:
    """On a machine that has neither the site nor the packages."""
    return CliRunner().invoke(dataset_command, ["harvest", str(archive), "--into", str(into)])


def pictures(into: Path) -> dict[str, LabelledPicture]:
    return {one.file: one for one in Dataset.open(into).pictures()}


@pytest.mark.usefixtures("street")
def test_what_officers_decided_becomes_labelled_pictures_elsewhere(
    li: Desk,
    engineer: TestClient,
    services: Services,
    clock: FakeClock,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    approved, poster, van, pending = (happen(services, number).event_id for number in range(4))
    assert li.approve(approved).status_code == 201
    assert li.decide(poster, reason="not_a_violation").status_code == 201
    assert li.approve(van, label="van").status_code == 201
    mark_miss(li, approved, "originals/middle.jpg")
    clock.sleep(UNDO_S)
    assert li.decide(pending).status_code == 201

    archive = downloaded(engineer, tmp_path)
    monkeypatch.setenv("JIEJING_HOME", str(tmp_path / "elsewhere"))
    said = harvested(archive, tmp_path / "set")
    assert said.exception is None, said.exception
    assert said.stderr == ""
    found = pictures(tmp_path / "set")
    assert found[f"events/{approved}.jpg"].objects == (LabelledBox("car", CAR_BOX),)
    assert found[f"events/{van}.jpg"].objects == (LabelledBox("van", CAR_BOX),)
    (miss,) = (one for one in found.values() if one.source.kind == "miss")
    assert miss.objects == (LabelledBox("stall", (100, 20, 150, 60)),)
    rejected = found[f"events/{poster}.jpg"]
    assert (rejected.objects, [one.label for one in rejected.negatives]) == ((), ["car"])
    # What can still be undone is not in it.
    assert len(found) == 4
    for name in found:
        shown = decoded(Dataset.open(tmp_path / "set").file(name))
        assert shown[:50, :92].max() < 12
        assert shown[60:].min() > 40
    assert [one.name for one in tmp_path.iterdir() if one.name.startswith(".harvest")] == []


@pytest.mark.usefixtures("street")
def test_a_span_and_labels_choose_whole_events(
    li: Desk, engineer: TestClient, services: Services, clock: FakeClock, tmp_path: Path
) -> None:
    old, corrected, stall = happen(services, 0), happen(services, 1), happen(services, 2, label="stall")
    for one in (old, corrected):
        assert li.decide(one.event_id).status_code == 201
    clock.sleep(600)
    noon = clock.utc()
    mark_miss(li, corrected.event_id, "originals/violation.jpg")
    assert li.decide(stall.event_id).status_code == 201
    clock.sleep(UNDO_S)

    def events(**query: Any) -> list[str]:
        with zipfile.ZipFile(downloaded(engineer, tmp_path, **query)) as archive:
            return [json.loads(line)["event_id"] for line in archive.read("decisions.jsonl").splitlines()]

    # The old verdict goes along: a picture with the new miss alone would forget it.
    assert events(since=rfc3339(noon)) == [corrected.event_id, corrected.event_id, stall.event_id]
    assert events(until=rfc3339(noon - timedelta(minutes=1))).count(corrected.event_id) == 2
    assert events(until=rfc3339(START)) == []
    assert events(label=["stall"]) == [corrected.event_id, corrected.event_id, stall.event_id]
    assert events(label=["bus", "garbage"]) == []


def test_what_cannot_be_given_is_left_out_and_named(
    li: Desk, engineer: TestClient, services: Services, clock: FakeClock, tmp_path: Path
) -> None:
    put_site(services, camera_with(privacy_masks=(WINDOW,)), CAMERA.model_copy(update={"id": "gone-soon"}))
    good, tampered, moved = happen(services), happen(services, 1), happen(services, 2, camera_id="gone-soon")
    for one in (good, tampered, moved):
        assert li.decide(one.event_id).status_code == 201
    mark_miss(li, tampered.event_id, "originals/middle.jpg")
    (services.packages_folder / tampered.event_id / "originals/violation.jpg").write_bytes(b"another picture")
    (services.packages_folder / tampered.event_id / "originals/middle.jpg").unlink()
    # Nobody knows what to hide in its pictures.
    with writing(services.engine) as session:
        session.execute(update(EventRow).where(EventRow.event_id == moved.event_id).values(masks=None))
    clock.sleep(UNDO_S)
    said = harvested(downloaded(engineer, tmp_path), tmp_path / "set")
    assert said.exception is None, said.exception
    assert list(pictures(tmp_path / "set")) == [f"events/{good.event_id}.jpg"]
    assert tampered.event_id in said.stderr
    assert moved.event_id in said.stderr
    assert "middle.jpg: no " in said.stderr


def test_masks_act_as_they_held_when_the_picture_was_taken(
    li: Desk, engineer: TestClient, services: Services, clock: FakeClock, tmp_path: Path
) -> None:
    """The camera is taken out of service and made again without masks: its old pictures show no more than before."""
    put_site(services, camera_with(privacy_masks=(WINDOW,)))
    event_id = happen(services).event_id
    assert li.decide(event_id).status_code == 201
    mark_miss(li, event_id, "originals/middle.jpg")
    put_site(services)
    put_site(services, camera_with())
    clock.sleep(UNDO_S)
    with zipfile.ZipFile(downloaded(engineer, tmp_path)) as archive:
        shown = [name for name in archive.namelist() if name.endswith(".jpg")]
        assert len(shown) == 2
        for name in shown:
            with Image.open(io.BytesIO(archive.read(name))) as picture:
                # A place within the mask, far from its edge.
                assert max(picture.convert("RGB").getpixel((picture.width // 4, picture.height // 4))) < 20, name


@pytest.mark.usefixtures("street")
def test_each_download_is_in_the_audit_with_its_counts(
    li: Desk, engineer: TestClient, services: Services, clock: FakeClock, tmp_path: Path
) -> None:
    event_id = happen(services).event_id
    li.decide(event_id)
    mark_miss(li, event_id, "originals/violation.jpg")
    clock.sleep(UNDO_S)
    downloaded(engineer, tmp_path, label="car")
    (row,) = (one for one in services.store.audit.page()[0] if one.action == "decisions.export")
    assert (row.purpose, row.after) == (
        WHY["purpose"],
        {"since": None, "until": None, "label": ["car"], "decisions": 2, "pictures": 1},
    )
    assert li.client.get(EXPORT, params=WHY).status_code == 403
    assert engineer.get(EXPORT, params={"purpose": " "}).status_code == 422
    assert engineer.get(EXPORT, params={**WHY, "label": "dragon"}).status_code == 422


def test_an_engineer_of_a_street_gets_the_events_of_that_street(
    accounts: Accounts, li: Desk, services: Services, clock: FakeClock, tmp_path: Path
) -> None:
    put_site(services, camera_with(org="虎山街道"), camera_with(id="far", org="双塔街道"))
    near, far = happen(services), happen(services, 1, camera_id="far")
    for one in (near, far):
        assert li.decide(one.event_id).status_code == 201
    clock.sleep(UNDO_S)
    accounts.user("wang", Role.ML_ENGINEER, node=accounts.node("虎山街道"))
    with zipfile.ZipFile(downloaded(accounts.sign_in("wang"), tmp_path)) as archive:
        assert near.event_id in "".join(archive.namelist())
        assert far.event_id not in archive.read("decisions.jsonl").decode() + "".join(archive.namelist())


@pytest.mark.parametrize("cut", [0.6, 0.999])
@pytest.mark.usefixtures("street")
def test_a_download_that_broke_off_is_no_data_set(
    cut: float, li: Desk, engineer: TestClient, services: Services, clock: FakeClock, tmp_path: Path
) -> None:
    li.decide(happen(services).event_id)
    clock.sleep(UNDO_S)
    archive = downloaded(engineer, tmp_path)
    content = archive.read_bytes()
    archive.write_bytes(content[: int(len(content) * cut)])
    said = harvested(archive, tmp_path / "set")
    assert isinstance(said.exception, InputError)
    assert str(said.exception).startswith(f"{archive}: no whole .zip")
    assert not (tmp_path / "set").exists()


def test_another_archive_is_refused(tmp_path: Path) -> None:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as file:
        file.writestr("a.txt", "a")
    (tmp_path / "a.zip").write_bytes(target.getvalue())
    said = harvested(tmp_path / "a.zip", tmp_path / "set")
    assert "holds no decisions.jsonl" in str(said.exception)
