"""A signature tells who wrote a manifest, not that it makes sense: for each rule of the verifier, a package that is
signed and breaks it. Every row is sealed anew with the installation's own key, files and code in order."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from evidence.signing.keys import KeyRing
from evidence.verify.verifier import verify
from tests.evidence.build import resealed

Manifest = dict[str, Any]
LINK = {"package_id": "aa00000000000001", "seq": 1, "manifest_sha256": "00" * 32}
T0 = "2026-03-02T00:00:00.000+00:00"
LATE = "2026-03-02T00:59:00.000+00:00"  # after everything but the sealing


def at(section: str, **changes: Any) -> Callable[[Manifest], object]:
    """Changes keys of a section."""
    return lambda manifest: manifest[section].update(changes)


def top(**changes: Any) -> Callable[[Manifest], object]:
    """Changes keys of the manifest itself."""
    return lambda manifest: manifest.update(changes)


def of_file(**changes: Any) -> Callable[[Manifest], object]:
    """Changes what is listed of the first file."""
    return lambda manifest: manifest["files"][0].update(changes)


def as_supplement(manifest: Manifest) -> None:
    """A supplement by its kind alone."""
    manifest.update(kind="supplement", supplement_to=LINK, seq=2, previous=LINK)


def twice(manifest: Manifest) -> None:
    manifest["files"].append(dict(manifest["files"][0]))


def renamed(name: str) -> Callable[[Manifest], object]:
    """A file under another name."""
    return of_file(path=name)


# What is changed, and what of the verifier's words tells it.
BAD: dict[str, tuple[Callable[[Manifest], object], str]] = {
    # The place in the chain.
    "a second package without a first": (top(seq=7), "seq: is 7, and previous is null"),
    "a first one after another": (top(previous=LINK), "seq: is 1, and previous is not null"),
    "one that follows itself": (
        lambda m: m.update(seq=2, previous=LINK | {"package_id": m["package_id"]}),
        "previous: is the package itself",
    ),
    "one that follows a later one": (top(seq=2, previous=LINK | {"seq": 5}), "previous: was not sealed before it"),
    "one that leaves a number out": (top(seq=5, previous=LINK), "previous.seq: is 1, and seq is 5"),
    "a number below one": (top(seq=0), "seq"),
    "a supplement of nothing": (top(kind="supplement"), "supplement_to: a supplement must name one"),
    "a primary that supplements": (top(supplement_to=LINK), "supplement_to: a primary names one"),
    "a kind that is none": (top(kind="appendix"), "kind"),
    "a name that no system can hold": (top(package_id="CON"), "package_id"),
    # What is there and what is missing.
    "complete, and something missing": (
        lambda m: m["completeness"].update(missing=[{"what": "x", "why": "y"}]),
        "completeness: is complete, and something is missing",
    ),
    "incomplete for no reason": (at("completeness", complete=False), "completeness: is complete"),
    "complete without files": (lambda m: m["files"].clear(), "completeness: is complete without a file"),
    "complete without the still of the violation": (
        lambda m: m.update(files=[one for one in m["files"] if one["role"] != "still"]),
        "completeness: is complete without originals/violation.jpg",
    ),
    "present, and not listed": (
        lambda m: m["completeness"]["present"].append("clip/other.mp4"),
        "completeness.present",
    ),
    "demanded twice": (lambda m: m["completeness"]["demanded"].append("composite.jpg"), "completeness.present"),
    "demanded, and neither there nor missing": (
        lambda m: m["completeness"]["demanded"].append("clip/other.mp4"),
        "completeness.missing: lacks",
    ),
    "nothing demanded": (at("completeness", demanded=[], present=[]), "completeness.demanded"),
    "a background that is not there": (top(background="background.jpg"), "background.jpg: is named and not listed"),
    "an opening record that is not there": (
        at("opening", record="opening/record.jsonl"),
        "opening/record.jsonl: is named and not listed",
    ),
    "a marked copy of nothing": (of_file(of="originals/none.jpg"), "originals/none.jpg: is named and not listed"),
    # Files.
    "a file listed twice": (twice, "is listed twice"),
    "a name that leaves the package": (renamed("../x.jpg"), "leaves the package"),
    "an absolute name": (renamed("/etc/passwd"), "leaves the package"),
    "a file without a digest": (lambda m: m["files"][0].update(digests={"md5": "0" * 32}), "without a digest"),
    "a file of no role": (of_file(role=""), "role"),
    "a record that nobody names": (of_file(role="opening_record"), "is an opening record that the manifest does not"),
    # One event all through.
    "another package than its event": (at("event", event_id="bb00000000000001"), "package_id: does not agree"),
    "another opening": (at("event", opening=2), "event.opening: does not agree"),
    "another camera": (at("camera", id="camera-2"), "event.camera_id: does not agree"),
    "another position": (at("event", preset_id="9"), "event.preset_id: does not agree"),
    "another zone": (at("event", zone_id="zone-9"), "event.zone_id: does not agree"),
    "another kind of violation": (at("event", violation="street_vending"), "event.violation: does not agree"),
    "a rule of another kind": (
        lambda m: m["rule"]["violation"].update(key="street_vending"),
        "rule.violation.key: does not agree",
    ),
    "no violation": (at("event", state="candidate"), "event.state: does not agree"),
    "a primary with a reason": (top(reason="clearing"), "reason: does not agree"),
    "a model that is not named": (top(models=[]), "models: does not agree"),
    "a live camera whose times somebody stated": (
        at("source", time_basis="stated_by_operator"),
        "source.time_basis: does not agree",
    ),
    "a live camera that is a file": (
        at("source", file={"name": "a.mp4", "size": 1, "digests": {"sha256": "00" * 32}}),
        "source.file: does not agree",
    ),
    "a source of no kind": (at("source", kind="guessed"), "source.kind"),
    "a supplement of the same package": (as_supplement, "package_id: does not agree"),
    # The rule.
    "a limit that was changed afterwards": (
        lambda m: m["rule"]["zone"].update(violation_after_s=60.0),
        "rule.version: is not the one",
    ),
    "another version of the rule": (at("rule", version="0" * 16), "rule.version: is not the one"),
    "an event under another rule": (at("event", rule_version="0" * 16), "event.rule_version"),
    # The dwell.
    "more than was observed and bridged": (at("event", observed_s=100.0), "event.dwell_s: is not what was"),
    "longer than it stood": (at("event", dwell_s=400.0, observed_s=400.0), "lie between still_since and last_seen"),
    "below the limit": (at("event", dwell_s=200.0, observed_s=200.0), "and the limit is 300.000 s"),
    "gaps outside the dwell": (
        at("event", gaps=[{"start": T0, "end": T0}]),
        "event.gaps: overlap, or lie outside",
    ),
    "gaps that bridge nothing": (
        at(
            "event",
            gaps=[{"start": "2026-03-02T00:02:00.000+00:00", "end": "2026-03-02T00:03:00.000+00:00"}],
        ),
        "event.bridged_s: is 0.000 s, and the gaps make 60.000 s",
    ),
    "a negative dwell": (at("event", dwell_s=-1.0), "event.dwell_s"),
    # Times.
    "a violation at another moment": (top(violation_moment=LATE), "violation_moment: is not the one of the event"),
    "no moment of violation": (top(violation_moment=None), "violation_moment: is wanted in a primary"),
    "gone, in a primary": (top(gone_at=LATE), "gone_at: does not belong in a primary"),
    "cleared, in a primary": (at("event", cleared_at=LATE), "event.cleared_at: does not belong in a primary"),
    "stood after it was last seen": (at("event", still_since=LATE), "event.still_since: lies after"),
    "first seen after it was last seen": (at("event", first_seen=LATE), "event.first_seen: lies after"),
    "a range that does not hold the violation": (at("time_range", end=T0), "lies after time_range.end"),
    "a file that ends before it begins": (of_file(start=LATE, end=T0), "start: lies after end"),
    "sealed before it happened": (top(sealed_at=T0), "sealed_at: lies before"),
    "a time of no form": (top(sealed_at="yesterday"), "sealed_at"),
    # What is new to this version.
    "a format that nobody knows": (top(format="jiejing-evidence-package/9"), "format"),
    "a key that nobody knows": (top(note="x"), "note"),
}


@pytest.mark.parametrize("what", BAD)
def test_a_signed_package_that_cannot_be_is_told_by_name(package: Path, home: Path, keys: KeyRing, what: str) -> None:
    change, words = BAD[what]
    assert verify(package, keys).sound
    resealed(package, home, change)
    verdict = verify(package, keys)
    assert not verdict.sound
    said = [f"{fault.path}: {fault.what}" for fault in verdict.faults]
    assert any(words in one for one in said), said


# Names of a file that is there, and what is wrong with them.
NAMES = {
    "originals/a:b.jpg": "not every system can hold",
    "originals/con.jpg": "not every system can hold",
    "originals/a.": "not every system can hold",
    "originals/图.jpg": "not every system can hold",
    "COMPOSITE.jpg": "differs from composite.jpg by case alone",
}


@pytest.mark.parametrize("name", NAMES)
def test_a_name_that_is_not_the_same_everywhere_is_told(package: Path, home: Path, keys: KeyRing, name: str) -> None:
    (package / name).write_bytes(b"content")
    listed = {"path": name, "role": "composite", "size": 0, "digests": {"sha256": ""}}
    resealed(package, home, lambda manifest: manifest["files"].append(listed))
    assert any(NAMES[name] in fault.what for fault in verify(package, keys).faults)


def test_sealing_anew_is_no_fault_by_itself(package: Path, home: Path, keys: KeyRing) -> None:
    resealed(package, home)
    assert verify(package, keys).sound
