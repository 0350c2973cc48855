"""The second format of the manifest: what it holds, and that it is read strictly."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from evidence.package.antiforgery import ROLES, anti_forgery_code
from evidence.package.layout import ENVELOPE, MANIFEST
from evidence.signing.keys import KeyRing
from evidence.signing.sealed import Sealed, read_sealed
from evidence.verify.verifier import verify
from tests.evidence.build import Run, manifest_of, ring, rule, signed_again


def test_what_a_live_camera_gives(tmp_path: Path, film: Path) -> None:
    run = Run(tmp_path, film, 420, live=True)
    run.through(rule())
    run.to(370)
    manifest = manifest_of(run.sealed[0].path)
    assert manifest["format"] == "jiejing-evidence-package/2"
    assert manifest["source"] | {"address": ""} == {
        "kind": "live",
        "address": "",
        "received_from": "10.0.0.8",
        "recorder": "unknown",
        "file": None,
        "time_basis": "arrival",
    }
    assert manifest["opening"]["number"] == 1
    assert manifest["background"] is None
    assert manifest["legal"]["gate"] is None
    verdict = verify(run.sealed[0].path, ring(tmp_path / "home"))
    assert verdict.sound
    assert verdict.unpromised == ()


def test_a_file_is_not_sealed_as_a_live_camera(tmp_path: Path, film: Path) -> None:
    """The site file names a camera's address; but a file was looked at, and its time is what was stated."""
    run = Run(tmp_path, film, 420, live=False)
    run.through(rule())
    run.to(370)
    source = manifest_of(run.sealed[0].path)["source"]
    assert source["kind"] == "recorded_file"
    assert source["time_basis"] == "stated_by_operator"


# Facts that are printed on the pictures, each changed alone: none keeps the code.
PRINTED: dict[str, Callable[[dict[str, Any]], object]] = {
    "the place": lambda m: m["camera"]["place"].update(address="人民路 2 号"),
    "the camera": lambda m: m["camera"].update(id="33088100081320000002"),
    "when it came to rest": lambda m: m["event"].update(still_since="2026-03-02T00:01:01.000+00:00"),
    "how much was bridged": lambda m: m["event"].update(bridged_s=1.0),
    "the violation": lambda m: m.update(violation_moment="2026-03-02T00:07:00.000+00:00"),
    "the limit": lambda m: m["rule"]["zone"].update(violation_after_s=1.0),
    "the kind": lambda m: m["rule"]["violation"].update(name_zh="别的"),
    "the time zone": lambda m: m["site"].update(timezone="Asia/Urumqi"),
    "the kind of source": lambda m: m["source"].update(kind="replayed"),
    "the clock": lambda m: m["clock"]["server"].update(within_1_s=None),
    "the number": lambda m: m.update(package_id="another"),
    "a still": lambda m: _file(m, "still")["digests"].update(sha256="00" * 32),
    "a clip": lambda m: _file(m, "clip")["digests"].update(sha256="00" * 32),
}


@pytest.mark.parametrize("case", PRINTED)
def test_the_code_binds_all_that_is_printed(package: Path, case: str) -> None:
    manifest = manifest_of(package)
    assert _code(manifest) == manifest["anti_forgery_code"]
    PRINTED[case](manifest)
    assert _code(manifest) != manifest["anti_forgery_code"]


def test_another_code_is_a_fault(package: Path, home: Path, keys: KeyRing) -> None:
    manifest = manifest_of(package) | {"anti_forgery_code": "0000-0000-0000-0000"}
    signed_again(package, home, json.dumps(manifest).encode())
    assert any("anti_forgery_code" in fault.what for fault in verify(package, keys).faults)


# Manifests that are read in two ways, or not at all, though our own key signed them: a word of the fault.
UNREADABLE: dict[str, tuple[Callable[[str], str], str]] = {
    "a number given twice": (lambda text: text.replace('"seq": 1', '"seq": 1, "seq": 2', 1), "given twice"),
    "a time given twice": (lambda text: text.replace('"still_since"', '"last_seen"', 1), "given twice"),
    "an unknown key": (lambda text: text.replace('"seq"', '"note": "x", "seq"', 1), "note"),
    "an unknown key of the source": (lambda text: text.replace('"recorder"', '"x": 1, "recorder"', 1), "source.x"),
    "no kind of source": (lambda text: text.replace('"kind": "live"', '"kind": "guessed"', 1), "source.kind"),
    "a time without offset": (lambda text: text.replace("00:00.000+00:00", "00:00.000", 1), "time"),
    "a time in another form": (lambda text: text.replace("2026-03-02T", "20260302T", 1), "time"),
    "a dwell that is no number": (lambda text: text.replace('"dwell_s": ', '"dwell_s": NaN, "x": ', 1), "NaN"),
}


@pytest.mark.parametrize("case", UNREADABLE)
def test_what_is_read_in_two_ways_is_refused(package: Path, home: Path, keys: KeyRing, case: str) -> None:
    change, words = UNREADABLE[case]
    text = (package / MANIFEST).read_text()
    assert change(text) != text
    signed_again(package, home, change(text).encode())
    [fault] = read_sealed(package, keys)  # type: ignore[misc]
    assert fault.path == MANIFEST
    assert words in fault.what
    assert not verify(package, keys).sound


def test_sealed_facts_are_read_without_the_files(package: Path, keys: KeyRing) -> None:
    (package / "clip" / "violation.mp4").unlink()
    sealed = read_sealed(package, keys)
    assert isinstance(sealed, Sealed)
    assert sealed.record == manifest_of(package)
    assert sealed.signed_by == (sealed.listing.key_id,)


# What of a package's head cannot be believed, and where it is told.
UNBELIEVED: dict[str, tuple[Callable[[Path], object], str]] = {
    "another manifest": (lambda package: (package / MANIFEST).write_bytes(b"{}"), MANIFEST),
    "no manifest": (lambda package: (package / MANIFEST).unlink(), MANIFEST),
    "no envelope": (lambda package: (package / ENVELOPE).unlink(), ENVELOPE),
    "an empty envelope": (lambda package: (package / ENVELOPE).write_bytes(b""), ENVELOPE),
    "a manifest elsewhere": (lambda package: _linked(package / MANIFEST), MANIFEST),
    "a huge manifest": (lambda package: (package / MANIFEST).write_bytes(b" " * (5 << 20)), MANIFEST),
    "a huge envelope": (lambda package: (package / ENVELOPE).write_bytes(b" " * (7 << 20)), ENVELOPE),
}


@pytest.mark.parametrize("case", UNBELIEVED)
def test_what_cannot_be_believed_is_not_read(package: Path, keys: KeyRing, case: str) -> None:
    change, where = UNBELIEVED[case]
    change(package)
    faults = read_sealed(package, keys)
    assert not isinstance(faults, Sealed)
    assert where in [fault.path for fault in faults]


def _linked(path: Path) -> None:
    path.rename(path.parent.parent / path.name)
    path.symlink_to(path.parent.parent / path.name)


def _file(manifest: dict[str, Any], role: str) -> dict[str, Any]:
    found: dict[str, Any] = next(one for one in manifest["files"] if one["role"] == role)
    return found


def _code(manifest: dict[str, Any]) -> str:
    files = [one for one in manifest["files"] if one["role"] in ROLES]
    return anti_forgery_code(manifest, {one["path"]: one["digests"]["sha256"] for one in files})
