"""From candidate to package: what is kept while something stays, and what is sealed when."""

import io
import json
import subprocess
import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image as Pillow

from core.clock import rfc3339
from core.domain import Gap, Member
from core.errors import StorageError
from core.ports import Clip, Picture
from core.violations import violation_types
from evidence.drawing import wording
from evidence.drawing.lettering import find_lettering, system_lettering
from evidence.packing.contents import Contents, Scene
from evidence.packing.facts import source_facts
from evidence.signing.seal import Sealer
from evidence.verify.verifier import verify
from tests.evidence.build import (
    PASSWORD,
    SITE,
    Run,
    camera,
    candidate,
    cleared,
    frame,
    later,
    manifest_of,
    ring,
    rule,
    sealer,
    violated,
    zone,
)
from tests.evidence.conftest import FILM_S, LONG_FILM_S
from tests.evidence.film import at, second_of

RULE = rule()
EVENT = "9f2c61d0a8b34e57"


@pytest.fixture
def run(tmp_path: Path, film: Path) -> Run:
    return Run(tmp_path, film, FILM_S)


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory, film: Path) -> Run:
    """A run that sealed one package, for tests that only look at it."""
    made = Run(tmp_path_factory.mktemp("told"), film, FILM_S)
    made.through(RULE)
    made.to(364)
    assert made.sealed == []  # the seconds after the violation are still to come
    made.to(370)
    return made


def still_second(package: Path, name: str) -> int:
    """The second that a still really shows."""
    picture = cv2.imread(str(package / "originals" / f"{name}.jpg"))
    assert picture is not None
    return second_of(picture.astype(np.uint8))


def seconds_of_clip(path: Path) -> list[int]:
    """The second that each picture of a clip shows."""
    reader = cv2.VideoCapture(str(path))
    seconds: list[int] = []
    while True:
        there, picture = reader.read()
        if not there:
            return seconds
        seconds.append(second_of(picture.astype(np.uint8)))


@pytest.mark.parametrize("key", violation_types())
def test_stills_long_after_first_rest(tmp_path: Path, long_film: Path, key: str) -> None:
    """Every type with its defaults (1,800 s and more): the ring has 120 s, and yet all three moments are there."""
    of = rule(zone(key))
    run = Run(tmp_path, long_film, LONG_FILM_S)
    run.through(of, step_s=20)
    moment_s = 60 + of.violation_after_s
    run.to(moment_s + 10)
    [sealed] = run.sealed
    assert sealed.complete, sealed.missing
    assert still_second(sealed.path, "first_rest") == 60
    assert abs(still_second(sealed.path, "middle") - (60 + of.violation_after_s / 2)) <= 20
    assert still_second(sealed.path, "violation") == moment_s
    assert 60 in seconds_of_clip(sealed.path / "clip" / "still_since.mp4")
    assert moment_s in seconds_of_clip(sealed.path / "clip" / "violation.mp4")
    assert verify(sealed.path, ring(tmp_path / "home")).sound
    assert not run.recording.pins


def test_a_package_and_its_manifest(told: Run) -> None:
    [sealed] = told.sealed
    assert (sealed.event_id, sealed.opening, sealed.kind, sealed.seq) == (EVENT, 1, "primary", 1)
    assert sealed.path == told.folder / "packages" / EVENT
    names = sorted(path.relative_to(sealed.path).as_posix() for path in sealed.path.rglob("*") if path.is_file())
    assert names == [
        "clip/still_since.mp4",
        "clip/timelapse.mp4",
        "clip/violation.mp4",
        "composite.jpg",
        "manifest.dsse.json",
        "manifest.json",
        "marked/first_rest.jpg",
        "marked/middle.jpg",
        "marked/violation.jpg",
        "opening/record.jsonl",
        "originals/first_rest.jpg",
        "originals/middle.jpg",
        "originals/violation.jpg",
    ]
    manifest = manifest_of(sealed.path)
    assert manifest["completeness"]["complete"]
    assert manifest["completeness"]["demanded"] == manifest["completeness"]["present"]
    assert manifest["legal"]["standing"] == "lead"
    assert manifest["legal"]["notice_no"] == "江综执告〔2026〕3号"
    assert manifest["rule"]["version"] == RULE.version
    assert manifest["rule"]["zone"]["violation_after_s"] == 300
    assert manifest["event"]["dwell_s"] == 300
    assert manifest["models"] == [{"name": "coco-nano", "sha256": "ab" * 32}]
    assert manifest["clock"]["server"]["within_1_s"] is True
    assert manifest["clock"]["camera"]["method"] == "unknown"
    assert manifest["source"]["received_from"] == "10.0.0.8"
    assert manifest["time_range"] == {"start": "2026-03-02T00:00:55.000+00:00", "end": "2026-03-02T00:06:05.000+00:00"}
    still = next(one for one in manifest["files"] if one["path"] == "originals/violation.jpg")
    assert still["role"] == "still"
    assert still["utc"] == "2026-03-02T00:06:00.000+00:00"
    assert still["origin"] == "street.mp4@360"
    assert still["size_wh"] == [320, 180]


def test_no_password_enters_a_package(told: Run) -> None:
    for path in told.sealed[0].path.rglob("*"):
        assert not path.is_file() or PASSWORD.encode() not in path.read_bytes(), path


def test_originals_are_unmarked_and_in_full_size(told: Run) -> None:
    originals = told.sealed[0].path / "originals"
    received = told.recording.picture_at(at(360)).image
    with Pillow.open(originals / "violation.jpg") as still:
        assert (still.size, still.mode) == ((320, 180), "RGB")
        pixels = np.asarray(still)[:, :, ::-1].astype(int)
    assert np.abs(pixels - received.astype(int)).mean() < 1.5
    marked = cv2.imread(str(told.sealed[0].path / "marked" / "violation.jpg"))
    assert marked is not None
    assert marked.shape[0] > 180  # the text lies below the scene


def test_clips_are_the_received_bits(told: Run, film: Path) -> None:
    def packets(path: Path) -> list[str]:
        command = "ffprobe -v error -show_entries packet=data_hash -show_data_hash sha256 -of json"
        raw = subprocess.run([*command.split(), str(path)], check=True, capture_output=True).stdout
        return [packet["data_hash"] for packet in json.loads(raw)["packets"]]

    received = packets(film)
    for name in ("still_since", "violation"):
        copied = packets(told.sealed[0].path / "clip" / f"{name}.mp4")
        start = received.index(copied[0])
        assert copied == received[start : start + len(copied)]


GAPS = tuple(Gap(at(second), at(second + 20)) for second in (100, 140, 180, 220))


def test_when_it_was_out_of_sight_is_sealed_across_a_restart(run: Run) -> None:
    opened = candidate(RULE)
    run.to(70)
    run.dossiers.on_event(opened, RULE)
    run.to(360)
    run.dossiers.on_event(replace(violated(opened, RULE), observed_s=220, bridged_s=80, gaps=GAPS), RULE)
    run.restarted()
    run.to(370)
    [sealed] = run.sealed
    told = manifest_of(sealed.path)["event"]["gaps"]
    assert told == [{"start": rfc3339(one.start), "end": rfc3339(one.end)} for one in GAPS]


def test_a_draft_of_an_earlier_version_is_sealed_with_its_totals_alone(run: Run) -> None:
    run.through(RULE)
    [path] = run.folder.glob("drafts/*/*/draft.json")
    draft = json.loads(path.read_bytes())
    for state in ("opened", "violation"):
        del draft[state]["gaps"]
    path.write_text(json.dumps(draft))
    path.with_name("record.jsonl").unlink()
    run.restarted()
    run.to(370)
    [sealed] = run.sealed
    event = manifest_of(sealed.path)["event"]
    assert (event["dwell_s"], event["gaps"]) == (300, None)
    assert sealed.missing == ("opening/record.jsonl",)  # nothing tells what it was as it opened
    assert verify(sealed.path, ring(run.folder / "home")).sound


def test_the_sheet_tells_when_it_was_out_of_sight_where_it_was(run: Run, tmp_path: Path) -> None:
    scene = Scene(camera(), SITE, run.recording, system_lettering(), source_facts(camera(), live=True))
    begun = at(0).astimezone(SITE.zone_info)
    clock = [f"{begun + timedelta(seconds=second):%H:%M:%S}" for second in (100, 120, 140, 160, 180, 200)]
    told = [f"{start}-{end}" for start, end in zip(clock[::2], clock[1::2], strict=True)]
    event = candidate(RULE)
    assert scene.gap_rows(replace(event, gaps=GAPS[:2])) == [(wording.GAPS, "、".join(told[:2]))]
    assert scene.gap_rows(replace(event, gaps=GAPS)) == [(wording.GAPS, f"{'、'.join(told)} 等4段")]
    assert scene.gap_rows(replace(event, gaps=())) == scene.gap_rows(event) == []
    assert scene.gap_rows(replace(event, dwell_s=90_000, gaps=GAPS[:1])) == [
        (wording.GAPS, f"{begun:%m-%d} {clock[0]}-{begun:%m-%d} {clock[1]}")
    ]
    latin = replace(scene, letters=find_lettering((tmp_path,)))
    assert latin.gap_rows(replace(event, gaps=GAPS)) == [(wording.GAPS, f"{', '.join(told)} ... 4 in all")]


def test_the_time_lapse_spans_the_dwell_and_plays_anywhere(told: Run) -> None:
    path = told.sealed[0].path / "clip" / "timelapse.mp4"
    command = "ffprobe -v error -select_streams v -show_entries stream=codec_name,pix_fmt,nb_frames -of json"
    [stream] = json.loads(subprocess.run([*command.split(), str(path)], check=True, capture_output=True).stdout)[
        "streams"
    ]
    assert (stream["codec_name"], stream["pix_fmt"]) == ("h264", "yuv420p")
    known = next(one for one in manifest_of(told.sealed[0].path)["files"] if one["path"] == "clip/timelapse.mp4")
    assert int(stream["nb_frames"]) == known["frames"] > 50
    assert (known["start"], known["end"]) == ("2026-03-02T00:01:00.000+00:00", "2026-03-02T00:06:00.000+00:00")
    assert path.stat().st_size < 200_000


def test_a_candidate_that_dissolves_leaves_nothing(run: Run) -> None:
    opened = candidate(RULE)
    run.to(70)
    run.dossiers.on_event(opened, RULE)
    run.to(150)
    assert run.recording.pins
    run.dossiers.on_event(cleared(opened, at(80)), RULE)
    run.to(FILM_S)
    assert run.dossiers.seal_due(at(FILM_S), final=True) == []
    assert not run.recording.pins
    assert not list((run.folder / "drafts").rglob("*.json"))
    assert not list((run.folder / "drafts").rglob("*.jpg"))


def test_a_restart_loses_nothing(run: Run) -> None:
    """New dossiers over the same drafts: as a candidate, as a violation that is not due yet, and after sealing."""
    opened = candidate(RULE)
    run.to(70)
    run.dossiers.on_event(opened, RULE)
    run.to(200)
    run.restarted()
    run.to(360)
    event = violated(opened, RULE)
    run.dossiers.on_event(event, RULE)
    run.restarted()
    run.to(370)
    [sealed] = run.sealed
    assert sealed.complete, sealed.missing
    run.restarted()
    run.to(415)
    run.dossiers.on_event(cleared(event, at(350)), RULE)
    run.to(419)
    supplement = run.sealed[1]
    assert supplement.kind == "supplement"
    assert manifest_of(supplement.path)["supplement_to"]["manifest_sha256"] == sealed.manifest_sha256


def test_the_clearing_becomes_a_supplement(run: Run) -> None:
    of = rule(zone(violation_after_s=250))
    event = run.through(of)
    run.to(412)
    run.dossiers.on_event(cleared(event, at(350)), of)
    assert run.recording.pins
    run.to(419)
    primary, supplement = run.sealed
    assert supplement.package_id == f"{EVENT}-clearing"
    assert supplement.complete, supplement.missing
    manifest = manifest_of(supplement.path)
    assert manifest["supplement_to"] == {
        "package_id": EVENT,
        "seq": primary.seq,
        "manifest_sha256": primary.manifest_sha256,
    }
    assert still_second(supplement.path, "last_seen") == 350
    assert still_second(supplement.path, "after") >= 410
    assert not run.recording.pins
    assert not list((run.folder / "drafts").rglob("*.json"))
    keys = ring(run.folder / "home")
    assert verify(supplement.path, keys).chain == "ok"
    (primary.path / "manifest.json").write_bytes(b"{}")
    faults = {fault.path for fault in verify(supplement.path, keys).faults}
    assert faults == {f"../{EVENT}/manifest.json"}


def test_cleared_before_it_was_sealed(run: Run) -> None:
    """Both are sealed, one after the other, in one call."""
    event = run.through(RULE)
    run.dossiers.on_event(cleared(event, at(360)), RULE)
    run.recording.receive(419)
    sealed = run.dossiers.seal_due(at(430), final=True)
    assert [one.kind for one in sealed] == ["primary", "supplement"]
    assert [one.seq for one in sealed] == [1, 2]


def test_a_second_opening_gives_a_second_package(tmp_path: Path, film: Path) -> None:
    of = rule(zone(violation_after_s=60))
    run = Run(tmp_path, film, FILM_S)
    first = run.through(of)
    run.to(200)
    run.dossiers.on_event(cleared(first, at(130)), of)
    run.to(210)
    opened = candidate(of, still_since_s=220, opening=2)
    opened = later(opened, "candidate", opened.last_seen, violation_at=first.violation_at)
    run.to(230)
    run.dossiers.on_event(opened, of)
    run.to(280)
    second = later(opened, "violation", at(280))
    assert second.violation_at == at(120)  # the first one is kept
    run.dossiers.on_event(second, of)
    run.to(300)
    assert [one.package_id for one in run.sealed] == [EVENT, f"{EVENT}-clearing", f"{EVENT}-2"]
    assert [one.opening for one in run.sealed] == [1, 1, 2]
    assert run.sealed[2].complete, run.sealed[2].missing
    assert still_second(run.sealed[2].path, "first_rest") == 220
    assert still_second(run.sealed[2].path, "violation") == 280
    assert manifest_of(run.sealed[2].path)["violation_moment"] == "2026-03-02T00:04:40.000+00:00"


def test_what_is_not_held_is_named_with_its_reason(run: Run) -> None:
    """The stream was away at first rest and in the middle: the package says so, and holds what there is."""
    opened = candidate(RULE)
    run.recording.receive(355)
    run.recording._held = {group for group in run.recording._held if group >= 85}
    run.now_s = 355
    run.dossiers.on_event(opened, RULE)
    run.dossiers.on_event(violated(opened, RULE), RULE)
    run.to(370)
    [sealed] = run.sealed
    assert not sealed.complete
    assert set(sealed.missing) == {
        "originals/first_rest.jpg",
        "originals/middle.jpg",
        "clip/still_since.mp4",
        "clip/timelapse.mp4",
    }
    reasons = {one["what"]: one["why"] for one in manifest_of(sealed.path)["completeness"]["missing"]}
    assert reasons["originals/first_rest.jpg"] == "00:01:00 is no longer held"
    assert reasons["clip/timelapse.mp4"] == "no frame of the dwell was kept"
    assert verify(sealed.path, ring(run.folder / "home")).sound


def test_another_thing_of_the_zone_stood_longest_in_the_end(tmp_path: Path, film: Path) -> None:
    """The first stall left; the dwell of the second one, which came later, is what the package shows."""
    of = rule(zone("street_vending", violation_after_s=90))
    run = Run(tmp_path, film, FILM_S)
    run.to(90)
    run.dossiers.on_event(candidate(of), of)
    run.to(180)
    run.dossiers.on_event(later(replace(candidate(of), still_since=at(85)), "violation", at(180)), of)
    run.to(190)
    [sealed] = run.sealed
    assert sealed.complete, sealed.missing
    assert still_second(sealed.path, "first_rest") == 85
    assert manifest_of(sealed.path)["event"]["still_since"] == "2026-03-02T00:01:25.000+00:00"


def test_each_thing_of_a_zone_keeps_its_first_rest(tmp_path: Path, long_film: Path) -> None:
    """The first stall leaves; the second one came to rest before the ring begins, and makes the violation."""
    of = rule(zone("street_vending"))
    run = Run(tmp_path, long_film, LONG_FILM_S)
    opened = candidate(of, 60)
    run.to(90)
    run.dossiers.on_event(opened, of)
    second = Member("stall", 0.8, opened.bbox_xyxy_px, at(100))
    run.to(130)
    run.dossiers.on_standing([replace(opened, members=(second,))])
    run.to(400, step_s=10)
    run.dossiers.on_event(replace(violated(opened, of), still_since=at(100), last_seen=at(400)), of)
    run.to(410)
    [sealed] = run.sealed
    assert sealed.complete, sealed.missing
    assert still_second(sealed.path, "first_rest") == 100


def test_the_last_sighting_outlasts_the_ring(tmp_path: Path, long_film: Path) -> None:
    """Garbage may be out of sight for 300 s before it counts as gone; the ring has 120 s."""
    of = rule(zone("exposed_garbage"))
    run = Run(tmp_path, long_film, LONG_FILM_S)
    event = run.through(of, step_s=20)
    run.to(1870)
    for second in range(1870, 2001, 10):
        run.to(second)
        run.dossiers.on_standing([later(event, "violation", at(second))])
    run.to(2300, step_s=20)
    run.dossiers.on_event(cleared(event, at(2000)), of)
    run.to(2310)
    supplement = run.sealed[-1]
    assert (supplement.kind, supplement.complete) == ("supplement", True), supplement.missing
    assert not run.recording.pins


def test_the_end_of_a_file_seals_what_became_a_violation(run: Run) -> None:
    """A violation at the last picture, and a candidate that never became one."""
    of = rule(zone(violation_after_s=FILM_S - 61))
    event = run.through(of)
    run.dossiers.on_event(candidate(of, still_since_s=400, event_id="other"), of)
    assert run.dossiers.seal_due(at(FILM_S - 1)) == []
    [sealed] = run.dossiers.seal_due(at(FILM_S - 1), final=True)
    assert sealed.event_id == event.event_id
    assert sealed.complete, sealed.missing


# Seconds after the violation, whether the stream is live, whether the seconds after it came: is it sealed?
PATIENCE = [
    (4, True, True, False),  # not due
    (6, True, True, True),
    (6, True, False, False),  # they may still come
    (64, True, False, False),
    (66, True, False, True),  # patience is over
    (66, False, False, False),  # a file has no clock to run out
]


@pytest.mark.parametrize(("after_s", "live", "came", "is_sealed"), PATIENCE)
def test_patience(tmp_path: Path, film: Path, after_s: float, live: bool, came: bool, is_sealed: bool) -> None:
    of = rule(zone(violation_after_s=60))
    run = Run(tmp_path, film, FILM_S, live=live)
    run.through(of)
    if came:
        run.recording.receive(120 + after_s)
    assert bool(run.dossiers.seal_due(at(120 + after_s))) is is_sealed


def test_one_bad_draft_does_not_stop_the_others(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is kept, told, tried again after ten seconds, and sealed once the cause is gone."""
    seal = Sealer.seal

    def refuse_bad(self: Sealer, packages: Path, package_id: str, fill: Callable) -> object:  # type: ignore[type-arg]
        if package_id == "bad":
            raise StorageError("/disk: the disk is full; free some space")
        return seal(self, packages, package_id, fill)

    of = rule(zone(violation_after_s=60))
    with monkeypatch.context() as patched:
        patched.setattr(Sealer, "seal", refuse_bad)
        run.to(70)
        for name in ("bad", "good"):
            run.dossiers.on_event(candidate(of, event_id=name), of)
        run.to(120)
        for name in ("bad", "good"):
            run.dossiers.on_event(violated(candidate(of, event_id=name), of), of)
        run.to(130)
        assert [one.event_id for one in run.sealed] == ["good"]
        [stuck] = run.dossiers.stuck
        assert (stuck.event_id, stuck.why) == ("bad", "/disk: the disk is full; free some space")
        run.to(200)
    run.to(240)
    assert [one.event_id for one in run.sealed] == ["good", "bad"]
    assert run.sealed[1].complete, run.sealed[1].missing
    assert run.dossiers.stuck == ()


def test_an_unexpected_error_is_a_bad_draft_too(
    run: Run, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*_: object) -> None:
        raise ZeroDivisionError("oh")

    monkeypatch.setattr(Contents, "still", fail)
    run.through(RULE)
    run.to(370)
    assert run.sealed == []
    assert run.dossiers.stuck[0].why == "oh"
    assert "nobody expected" in caplog.text
    assert list((run.folder / "packages").iterdir()) == []


def test_a_disk_that_refuses_drafts_does_not_stop_the_camera(tmp_path: Path, film: Path) -> None:
    """A file where the folder of the drafts should be; once it is gone, the drafts are written."""
    (tmp_path / "drafts").write_text("in the way")
    run = Run(tmp_path, film, FILM_S)
    opened = candidate(RULE)
    run.to(70)
    run.dossiers.on_event(opened, RULE)
    assert "drafts" in run.dossiers.stuck[0].why
    run.to(100)
    (tmp_path / "drafts").unlink()
    run.to(105)
    assert run.dossiers.stuck == ()
    assert list((tmp_path / "drafts").rglob("draft.json"))


def test_a_disk_that_refuses_pins_does_not_stop_the_camera(
    run: Run, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """It goes on being watched, the pins are set once the disk has room, the cause is told and logged once."""
    full = "/ring: no pin can be set (No space left on device); free the disk"

    def refuse(*_: object) -> None:
        raise StorageError(full)

    run.to(70)
    with monkeypatch.context() as patched:
        patched.setattr(run.recording, "pin", refuse)
        run.dossiers.on_event(candidate(RULE), RULE)
        run.to(90)
        [stuck] = run.dossiers.stuck
        assert (stuck.event_id, stuck.opening, stuck.why) == (EVENT, 1, full)
        assert stuck.since <= at(90)
        assert caplog.text.count(full) == 1
        assert list((run.folder / "drafts").rglob("draft.json"))
    run.to(95)
    assert run.dossiers.stuck == ()
    run.to(360)
    run.dossiers.on_event(violated(candidate(RULE), RULE), RULE)
    run.to(370)
    assert run.sealed[0].complete, run.sealed[0].missing


def test_a_package_whose_success_was_never_noted_is_reported_again(run: Run) -> None:
    """A crash after the rename and before the draft knew of it."""
    opened, event = candidate(RULE), violated(candidate(RULE), RULE)
    run.to(70)
    run.dossiers.on_event(opened, RULE)
    run.to(360)
    run.dossiers.on_event(event, RULE)
    drafts = {path: path.read_bytes() for path in (run.folder / "drafts").rglob("draft.json")}
    run.to(370)
    for path, content in drafts.items():
        path.write_bytes(content)
    run.restarted()
    run.to(375)
    first, again = run.sealed
    assert first == again


def test_a_damaged_draft_is_left_alone(run: Run, caplog: pytest.LogCaptureFixture) -> None:
    folder = run.folder / "drafts" / camera().id / "x-1"
    folder.mkdir(parents=True)
    (folder / "draft.json").write_text("{")
    run.restarted()
    assert "cannot be read" in caplog.text
    run.through(RULE)
    run.to(370)
    assert len(run.sealed) == 1
    assert (folder / "draft.json").exists()


def test_events_that_the_rules_forgot_are_let_go(run: Run) -> None:
    run.to(70)
    for name in ("kept", "forgotten"):
        run.dossiers.on_event(candidate(RULE, event_id=name), RULE)
    run.restarted().release_others({"kept"})
    assert set(run.recording.pins) == {"kept-1"}


# Whether the zone only observes as the candidate opens, and as its time is up: is there a package?
OBSERVING = [(False, False, True), (True, False, True), (False, True, False), (True, True, False)]


@pytest.mark.parametrize(("at_first", "in_the_end", "is_sealed"), OBSERVING)
def test_what_is_only_observed_gives_no_package(run: Run, at_first: bool, in_the_end: bool, is_sealed: bool) -> None:
    of = rule(zone(violation_after_s=60))
    opened = replace(candidate(of), observing=at_first)
    run.to(70)
    run.dossiers.on_event(opened, of)
    run.to(120)
    run.dossiers.on_event(replace(violated(opened, of), observing=in_the_end), of)
    run.to(130)
    assert bool(run.sealed) is is_sealed
    assert not run.recording.pins


def test_another_preset_gives_no_frames(run: Run) -> None:
    """The dome turned away: its pictures show another street."""
    run.to(70)
    run.dossiers.on_event(candidate(RULE), RULE)
    for second in range(71, 90):
        run.dossiers.on_frame(frame(second, preset_id="2"))
    assert not list((run.folder / "drafts").rglob("*.jpg"))


def test_frames_stay_few_however_long_it_takes(run: Run) -> None:
    of = rule(zone(violation_after_s=60))
    run.to(70)
    run.dossiers.on_event(candidate(of), of)
    for second in range(71, 3000):
        run.dossiers.on_frame(frame(second))
    frames = sorted((run.folder / "drafts").rglob("*.jpg"))
    assert 120 <= len(frames) <= 240
    with Pillow.open(io.BytesIO(frames[0].read_bytes())) as picture:
        assert picture.width <= 640


def test_the_camera_is_not_held_up_while_a_package_is_made(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """on_event and on_frame of one thread go on while another is deep in ffmpeg; what they note is not lost."""
    inside, go_on = threading.Event(), threading.Event()
    clip = run.recording.clip

    def slow_clip(start: datetime, end: datetime, path: Path) -> Clip:
        inside.set()
        assert go_on.wait(20)
        return clip(start, end, path)

    event = run.through(RULE)
    run.recording.receive(FILM_S)
    monkeypatch.setattr(run.recording, "clip", slow_clip)
    sealing = threading.Thread(target=lambda: run.sealed.extend(run.dossiers.seal_due(at(FILM_S))))
    sealing.start()
    assert inside.wait(20)
    run.dossiers.on_frame(frame(419))
    run.dossiers.on_event(cleared(event, at(358)), RULE)
    run.dossiers.on_event(candidate(RULE, still_since_s=400, event_id="next"), RULE)
    assert run.dossiers.stuck == ()
    go_on.set()
    sealing.join(30)
    assert [one.kind for one in run.sealed] == ["primary", "supplement"]
    assert set(run.recording.pins) == {"next-1"}


def test_privacy_masks_are_black_in_what_is_shown_and_not_in_originals(tmp_path: Path, film: Path) -> None:
    mask = ((0.0, 0.5), (0.2, 0.5), (0.2, 1.0), (0.0, 1.0))
    run = Run(tmp_path, film, FILM_S, camera=camera(privacy_masks=(mask,)))
    run.through(RULE)
    run.to(370)
    package = run.sealed[0].path
    original = cv2.imread(str(package / "originals" / "violation.jpg"))
    shown = cv2.imread(str(package / "marked" / "violation.jpg"))
    film_frame = cv2.VideoCapture(str(package / "clip" / "timelapse.mp4")).read()[1]
    assert original is not None
    assert shown is not None
    assert original[130, 15].mean() > 90
    assert shown[130, 15].mean() < 10
    assert film_frame[130, 15].mean() < 20


def test_a_picture_that_is_far_off_is_kept_and_said(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    picture_at = run.recording.picture_at
    late = timedelta(seconds=4)

    def nearest(moment: datetime) -> Picture:
        return picture_at(moment + late)

    monkeypatch.setattr(run.recording, "picture_at", nearest)
    run.through(RULE)
    run.to(370)
    reasons = manifest_of(run.sealed[0].path)["completeness"]["missing"]
    assert reasons[0] == {"what": "originals/first_rest.jpg", "why": "the nearest picture is 4.0 s off"}
    assert (run.sealed[0].path / "originals" / "first_rest.jpg").exists()


def test_two_cameras_share_one_chain(tmp_path: Path, film: Path) -> None:
    runs = []
    for name in ("one", "two"):
        run = Run(tmp_path / name, film, FILM_S, packages=tmp_path / "packages", sealer=sealer(tmp_path / "home"))
        run.through(RULE, event_id=name)
        runs.append(run)
    threads = [threading.Thread(target=run.to, args=(370,)) for run in runs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert sorted(run.sealed[0].seq for run in runs) == [1, 2]
    for run in runs:
        assert verify(run.sealed[0].path, ring(tmp_path / "home")).chain in ("first", "ok")
