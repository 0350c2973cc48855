"""What is not yet sealed is protected from its first second: nothing that was changed is sealed as if untouched."""

import hashlib
import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from evidence.signing.dsse import OPENING_TYPE, envelope
from evidence.signing.journal import entries_of, lines_of
from evidence.signing.keys import KeyRing, SigningKey, open_signing_key
from evidence.verify.verifier import verify
from tests.evidence.build import Run, candidate, cleared, manifest_of, resealed, ring, rule, sealer, violated, zone
from tests.evidence.conftest import FILM_S
from tests.evidence.film import at
from tests.evidence.segments import RingRecording, cut

RULE = rule()
RECORD = "opening/record.jsonl"


@pytest.fixture(scope="module")
def pieces(tmp_path_factory: pytest.TempPathFactory, film: Path) -> Path:
    return cut(film, tmp_path_factory.mktemp("pieces") / "cut")


@pytest.fixture
def run(tmp_path: Path, film: Path, pieces: Path) -> Run:
    return Run(tmp_path, film, FILM_S, recording=RingRecording(tmp_path / "ring", pieces, film, FILM_S))


def draft_of(run: Run) -> Path:
    [path] = run.folder.glob("drafts/*/*/draft.json")
    return path


def frames_of(run: Run) -> list[Path]:
    return sorted(draft_of(run).parent.glob("frames/*.jpg"))


def whys(package: Path) -> dict[str, list[str]]:
    """Why a package is incomplete, by what is missing."""
    found: dict[str, list[str]] = {}
    for one in manifest_of(package)["completeness"]["missing"]:
        found.setdefault(one["what"], []).append(one["why"])
    return found


def to_violation(run: Run, between: Callable[[Run], object], *, restart: bool = False) -> None:
    """A dwell; something happens to what was kept after 200 s, and perhaps a restart."""
    opened = candidate(RULE)
    run.to(70)
    run.dossiers.on_event(opened, RULE)
    run.to(200)
    between(run)
    if restart:
        run.restarted()
    run.to(360)
    run.dossiers.on_event(violated(opened, RULE), RULE)
    run.to(370)


def test_what_nobody_touched_is_complete_and_tells_what_it_was(run: Run) -> None:
    to_violation(run, lambda _: None, restart=True)
    [sealed] = run.sealed
    assert sealed.complete, sealed.missing
    verdict = verify(sealed.path, ring(run.folder / "home"))
    assert verdict.faults == ()
    assert verdict.unpromised == ()
    entries = entries_of(lines_of((sealed.path / RECORD).read_bytes()), ring(run.folder / "home"))
    assert (entries[0]["entry"], entries[0]["event_id"]) == ("opened", candidate(RULE).event_id)
    noted = {name for one in entries for name in one.get("segments", {})}
    assert {run.recording.holding(second).name for second in (57, 69, 351, 363)} <= noted
    assert sum(len(one.get("frames", {})) for one in entries) > 50


def changed(path: Path) -> None:
    """One bit, with the size, and the times as they were."""
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


def edit_draft(run: Run) -> None:
    """The edit of the finding: another thing, another limit."""
    path = draft_of(run)
    draft = json.loads(path.read_bytes())
    draft["opened"]["label"] = "truck"
    draft["rule"]["zone"]["violation_after_s"] = 120
    path.write_text(json.dumps(draft))


def forged_frame(run: Run) -> None:
    frame = frames_of(run)[3]
    frame.with_name(f"{int(frame.stem) + 500:014d}.jpg").write_bytes(frame.read_bytes())


# What is done to what was kept, and what of the package lacks for it, and is told of it.
TOLD: dict[str, tuple[Callable[[Run], object], set[str], str]] = {
    "a frame is changed": (lambda run: changed(frames_of(run)[3]), {RECORD}, "is not what was kept"),
    "a frame is removed": (lambda run: frames_of(run)[3].unlink(), {RECORD}, "is gone"),
    "a frame is added": (forged_frame, {RECORD}, "was not kept by this program"),
    "a segment of the begin is changed": (
        lambda run: changed(run.recording.holding(62)),
        {RECORD, "originals/first_rest.jpg", "clip/still_since.mp4"},
        "was changed after it was recorded",
    ),
    "a segment of the begin is removed": (
        lambda run: run.recording.holding(66).unlink(),
        {RECORD},
        "was recorded, and is gone",
    ),
    "a draft is changed while it is in use": (edit_draft, {RECORD}, "draft.json was changed on disk"),
    "the record is changed while it is in use": (
        lambda run: changed(draft_of(run).with_name("record.jsonl")),
        {RECORD},
        "record.jsonl was changed on disk",
    ),
    "the record is removed while it is in use": (
        lambda run: draft_of(run).with_name("record.jsonl").unlink(),
        {RECORD},
        "record.jsonl was changed on disk",
    ),
}


@pytest.mark.parametrize("what", TOLD)
def test_what_was_changed_is_left_out_and_told(run: Run, what: str) -> None:
    """The package says so under its signature, is never complete, and holds what nobody touched."""
    between, lacking, told = TOLD[what]
    to_violation(run, between)
    [sealed] = run.sealed
    assert set(sealed.missing) == lacking
    assert any(told in why for why in whys(sealed.path)[RECORD])
    manifest = manifest_of(sealed.path)
    assert manifest["event"]["label"] == candidate(RULE).label
    assert manifest["rule"]["zone"]["violation_after_s"] == 300
    assert (sealed.path / "originals" / "violation.jpg").exists()
    assert verify(sealed.path, ring(run.folder / "home")).faults == ()


@pytest.mark.parametrize("what", ["a frame is changed", "a segment of the begin is changed"])
def test_it_is_seen_across_a_restart(run: Run, what: str) -> None:
    between, lacking, told = TOLD[what]
    to_violation(run, between, restart=True)
    [sealed] = run.sealed
    assert set(sealed.missing) == lacking
    assert any(told in why for why in whys(sealed.path)[RECORD])


def cut_off_record(run: Run) -> None:
    path = draft_of(run).with_name("record.jsonl")
    path.write_bytes(b"".join(lines_of(path.read_bytes())[1:]))


def record_of_another(run: Run) -> None:
    """The record of a former opening, soundly signed."""
    other = replace(candidate(RULE), event_id="aa00000000000001")
    run.dossiers.on_event(other, RULE)
    folder = draft_of_event(run, "aa00000000000001")
    here = draft_of_event(run, candidate(RULE).event_id)
    for name in ("draft.json", "record.jsonl"):
        (here / name).write_bytes((folder / name).read_bytes())
    run.dossiers.on_event(cleared(other, at(190)), RULE)


def draft_of_event(run: Run, event_id: str) -> Path:
    [folder] = run.folder.glob(f"drafts/*/{event_id}-1")
    return folder


# What is done to a draft before a restart; nothing is sealed from it.
REFUSED: dict[str, Callable[[Run], object]] = {
    "another label and another limit": edit_draft,
    "one bit": lambda run: changed(draft_of(run)),
    "no JSON": lambda run: draft_of(run).write_text("{"),
    "a record that was changed": lambda run: changed(draft_of(run).with_name("record.jsonl")),
    "a record without its begin": cut_off_record,
    "an empty record": lambda run: draft_of(run).with_name("record.jsonl").write_bytes(b""),
    "draft and record of another event": record_of_another,
}


@pytest.mark.parametrize("what", REFUSED)
def test_a_draft_that_was_changed_is_refused_at_the_start(run: Run, what: str) -> None:
    """It is told, nothing is sealed in its place, and what lies there stays for whoever looks into it."""
    to_violation(run, REFUSED[what], restart=True)
    assert run.sealed == []
    [stuck] = run.dossiers.stuck
    assert (stuck.event_id, stuck.opening) == (candidate(RULE).event_id, 1)
    assert "is not what was written" in stuck.why
    assert draft_of(run).exists()
    other = candidate(RULE, event_id="bb00000000000001", still_since_s=370)
    run.to(385)
    run.dossiers.on_event(other, RULE)
    assert draft_of_event(run, other.event_id).exists()  # the camera goes on


def test_without_its_record_a_draft_is_taken_up_and_never_complete(run: Run) -> None:
    """As drafts of earlier versions are; whoever removes a record gains nothing."""

    def hide(run: Run) -> None:
        edit_draft(run)
        draft_of(run).with_name("record.jsonl").unlink()

    to_violation(run, hide, restart=True)
    [sealed] = run.sealed
    assert sealed.missing == (RECORD,)
    assert whys(sealed.path)[RECORD] == ["it was not recorded as it opened, but taken up later"]


def test_an_older_draft_is_what_a_power_cut_leaves(run: Run) -> None:
    """It was written by us; that a later one was told of and never reached the disk loses nothing."""
    opened = candidate(RULE)
    run.to(70)
    run.dossiers.on_event(opened, RULE)
    older = draft_of(run).read_bytes()
    run.to(230)
    draft_of(run).write_bytes(older)
    run.restarted()
    run.to(360)
    run.dossiers.on_event(violated(opened, RULE), RULE)
    run.to(370)
    assert run.sealed[0].complete, run.sealed[0].missing


def test_a_line_that_a_crash_cut_off_is_no_fault(run: Run) -> None:
    def cut_off(run: Run) -> None:
        with draft_of(run).with_name("record.jsonl").open("ab") as file:
            file.write(b'{"payload":"eyJh')

    to_violation(run, cut_off, restart=True)
    assert run.sealed[0].complete, run.sealed[0].missing


def test_a_change_of_key_in_between(run: Run, tmp_path: Path) -> None:
    """Who seals vouches for what the former key signed; whoever knows the new key alone can verify."""

    def exchange(run: Run) -> None:
        (tmp_path / "home" / "keys" / "signing.pem").unlink()
        run.sealer = sealer(tmp_path / "home", keys=None)
        run.sealer.keys = ring(tmp_path / "home")

    to_violation(run, exchange, restart=True)
    [sealed] = run.sealed
    assert sealed.complete, sealed.missing
    new = open_signing_key(tmp_path / "home").private.public_key()
    assert verify(sealed.path, KeyRing.of([new])).faults == ()


def test_a_supplement_has_a_record_of_its_own(run: Run) -> None:
    """It begins with the same line, and what shows the end is as protected."""
    of = rule(zone(bridge_gap_s=10))
    event = run.through(of)
    run.to(370)
    run.dossiers.on_standing([replace(event, last_seen=at(370))])
    run.to(390)
    changed(run.recording.holding(371))
    run.dossiers.on_event(cleared(event, at(371)), of)
    run.to(FILM_S)
    first, second = run.sealed
    assert first.complete, first.missing
    lines = [lines_of((one.path / RECORD).read_bytes()) for one in (first, second)]
    assert lines[0][0] == lines[1][0]
    assert {"originals/last_seen.jpg", "clip/clearing.mp4", RECORD} <= set(second.missing)
    assert verify(second.path, ring(run.folder / "home")).faults == ()


def rewritten(key: SigningKey, entries: list[dict[str, Any]]) -> bytes:
    """Whoever holds the key can write any record."""
    lines: list[bytes] = []
    for number, entry in enumerate(entries, 1):
        previous = hashlib.sha256(lines[-1]).hexdigest() if lines else None
        record = {**entry, "seq": number, "previous": previous}
        lines.append(envelope(json.dumps(record).encode(), [key], OPENING_TYPE) + b"\n")
    return b"".join(lines)


Entries = list[dict[str, Any]]

# A record that was signed and cannot be, and what the verifier says.
BAD: dict[str, tuple[Callable[[Entries], object], str]] = {
    "of another event": (lambda lines: lines[0].update(event_id="other"), "event_id: is not what was sealed"),
    "of another opening": (lambda lines: lines[0].update(opening=2), "opening: is not what was sealed"),
    "of another rule": (
        lambda lines: lines[0]["rule"]["zone"].update(violation_after_s=60),
        "rule: is not what was sealed",
    ),
    "of another version of the rule": (
        lambda lines: lines[0].update(rule_version="0" * 16),
        "rule_version: is not what was sealed",
    ),
    "opened after the violation": (
        lambda lines: lines[0].update(opened_at="2026-03-02T00:30:00.000+00:00"),
        "opened_at: lies after the violation",
    ),
    "opened at no time": (lambda lines: lines[0].update(opened_at="soon"), "can be believed"),
    "begun later without a word": (lambda lines: lines[0].update(entry="taken up"), "was begun later"),
    "begun twice": (lambda lines: lines.insert(1, dict(lines[0])), "begins twice"),
    "without its end": (lambda lines: lines.pop(), "does not end with the sealing"),
    "sealed as another": (lambda lines: lines[-1].update(package_id="other"), "does not end with the sealing"),
    "something altered without a word": (
        lambda lines: lines.insert(1, {"entry": "altered", "altered": {"a.jpg": "is gone"}}),
        "tells of something altered",
    ),
    "a still from what nobody noted": (
        lambda lines: [one.pop("segments", None) for one in lines],
        "segments: lack the one",
    ),
    "a line of another form": (lambda lines: lines.insert(1, {"seq": 2}), "can be believed"),
}


@pytest.mark.parametrize("what", BAD)
def test_a_record_that_cannot_be_is_told(package_of_a_run: Path, tmp_path: Path, what: str) -> None:
    change, told = BAD[what]
    home = package_of_a_run.parent.parent / "home"
    entries = [dict(one) for one in entries_of(lines_of((package_of_a_run / RECORD).read_bytes()), ring(home))]
    change(entries)
    (package_of_a_run / RECORD).write_bytes(rewritten(open_signing_key(home), entries))
    resealed(package_of_a_run, home)
    said = [f"{fault.path}: {fault.what}" for fault in verify(package_of_a_run, ring(home)).faults]
    assert len(said) == 1, said
    assert said[0].startswith(RECORD)
    assert told in said[0]


@pytest.fixture(scope="module")
def sealed_run(tmp_path_factory: pytest.TempPathFactory, film: Path, pieces: Path) -> Run:
    folder = tmp_path_factory.mktemp("sealed")
    run = Run(folder, film, FILM_S, recording=RingRecording(folder / "ring", pieces, film, FILM_S))
    to_violation(run, lambda _: None)
    return run


@pytest.fixture
def package_of_a_run(tmp_path: Path, sealed_run: Run) -> Path:
    """A copy, with its home."""
    shutil.copytree(sealed_run.folder / "home", tmp_path / "home")
    shutil.copytree(sealed_run.folder / "packages", tmp_path / "packages")
    return tmp_path / "packages" / sealed_run.sealed[0].package_id
