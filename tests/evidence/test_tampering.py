"""Whatever is done to a sealed package, the verifier exits with a fault that names it."""

import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from evidence.package.layout import ENVELOPE, MANIFEST, TIMESTAMP
from evidence.signing.dsse import envelope, open_envelope
from evidence.signing.keys import KeyRing, open_signing_key
from evidence.verify.verifier import verify
from tests.evidence.build import Run, manifest_of, ring, rule, sealer, small_body

Faults = Callable[[Path], dict[str, str]]
FILES = ["originals/violation.jpg", "clip/violation.mp4", "composite.jpg", MANIFEST, ENVELOPE]
LISTED = FILES[:3]


def flipped(content: bytes, bit: int) -> bytes:
    return content[: bit // 8] + bytes([content[bit // 8] ^ 1 << bit % 8]) + content[bit // 8 + 1 :]


def test_untouched_is_sound(package: Path, keys: KeyRing) -> None:
    verdict = verify(package, keys)
    assert verdict.sound
    assert verdict.chain == "first"
    assert verdict.timestamp == "absent"


def test_every_bit_of_the_envelope_counts(package: Path, keys: KeyRing) -> None:
    """The file on disk for one bit of each byte, the function that reads it for all of them."""
    path = package / ENVELOPE
    sound = path.read_bytes()
    for bit in range(len(sound) * 8):
        with pytest.raises(ValueError):  # noqa: PT011  its text differs from bit to bit
            open_envelope(flipped(sound, bit), keys)
    for byte in range(len(sound)):
        path.write_bytes(flipped(sound, byte * 8 + byte % 8))
        assert verify(package, keys).faults[0].path == ENVELOPE


@pytest.mark.parametrize("name", FILES)
def test_every_bit_of_every_file_counts(package: Path, faults: Faults, name: str) -> None:
    path = package / name
    sound = path.read_bytes()
    all_bits = range(len(sound) * 8)
    for bit in all_bits if len(sound) < 100 else [*all_bits[:16], *all_bits[::97], *all_bits[-16:]]:
        path.write_bytes(flipped(sound, bit))
        assert name in faults(package), f"bit {bit}"


def _folder_instead(path: Path) -> None:
    path.unlink()
    path.mkdir()


def _link_instead(path: Path) -> None:
    aside = shutil.move(path, path.parents[2] / "aside")
    path.symlink_to(aside)


def _pipe_instead(path: Path) -> None:
    path.unlink()
    os.mkfifo(path)


# What is done to one file, and a word of what the verifier says of it.
DEEDS: dict[str, tuple[Callable[[Path], object], str]] = {
    "cut by its last byte": (lambda path: path.write_bytes(path.read_bytes()[:-1]), ""),
    "cut by its first byte": (lambda path: path.write_bytes(path.read_bytes()[1:]), ""),
    "a byte longer": (lambda path: path.write_bytes(path.read_bytes() + b"\n"), ""),
    "removed": (Path.unlink, "missing"),
    "emptied": (lambda path: path.write_bytes(b""), "empty"),
    "a folder instead": (_folder_instead, "missing"),
    "a link to the same content": (_link_instead, "symbolic link"),
    "a pipe instead": (_pipe_instead, "regular"),
}


@pytest.mark.parametrize("deed", DEEDS)
@pytest.mark.parametrize("name", FILES)
def test_each_file(package: Path, faults: Faults, name: str, deed: str) -> None:
    act, word = DEEDS[deed]
    act(package / name)
    found = faults(package)
    assert name in found
    assert word in found[name]


# A path that is added, and the path that is named.
ADDED = {
    "a file at the top": ("note.txt", "note.txt"),
    "a file among the stills": ("originals/second.jpg", "originals/second.jpg"),
    "a hidden file": (".DS_Store", ".DS_Store"),
    "a key inside the package": ("key.pem", "key.pem"),
    "a file in a folder of its own": ("extra/note.txt", "extra/note.txt"),
    "a time stamp in the wrong place": ("clip/timestamp.tsr", "clip/timestamp.tsr"),
    "a name that would break a line": ("a\nb", "a\\nb"),
}


@pytest.mark.parametrize("case", ADDED)
@pytest.mark.parametrize("content", [b"x", b""], ids=["filled", "empty"])
def test_added_file(package: Path, faults: Faults, case: str, content: bytes) -> None:
    path, named = ADDED[case]
    (package / path).parent.mkdir(exist_ok=True)
    (package / path).write_bytes(content)
    assert named in faults(package)


@pytest.mark.parametrize("path", ["extra", "originals/extra", "extra/extra"])
def test_added_folder(package: Path, faults: Faults, path: str) -> None:
    (package / path).mkdir(parents=True)
    assert path in faults(package)


def test_a_time_stamp_may_come_later_but_not_empty(package: Path, keys: KeyRing, faults: Faults) -> None:
    (package / TIMESTAMP).write_bytes(b"stamp")
    verdict = verify(package, keys)
    assert verdict.sound
    assert verdict.timestamp == "not checked"
    (package / TIMESTAMP).write_bytes(b"")
    assert faults(package) == {TIMESTAMP: "is empty"}


def test_signed_again_with_another_key(package: Path, faults: Faults, tmp_path: Path) -> None:
    other = open_signing_key(tmp_path / "other")
    (package / ENVELOPE).write_bytes(envelope((package / MANIFEST).read_bytes(), [other]))
    assert "not among the trusted keys" in faults(package)[ENVELOPE]


def test_signed_again_with_another_trusted_key(package: Path, tmp_path: Path, home: Path) -> None:
    """A former key of the house must not lend its name to what the present one sealed."""
    other = open_signing_key(tmp_path / "other")
    both = KeyRing({**ring(home).keys, **ring(tmp_path / "other").keys})
    (package / ENVELOPE).write_bytes(envelope((package / MANIFEST).read_bytes(), [other]))
    assert [fault.path for fault in verify(package, both).faults] == [ENVELOPE]


def test_a_forged_manifest_signed_by_a_stranger(package: Path, faults: Faults, tmp_path: Path) -> None:
    forged = (package / MANIFEST).read_bytes().replace(b'"seq": 1', b'"seq": 2')
    (package / MANIFEST).write_bytes(forged)
    (package / ENVELOPE).write_bytes(envelope(forged, [open_signing_key(tmp_path / "other")]))
    assert ENVELOPE in faults(package)


def test_no_key_is_trusted_by_default(package: Path) -> None:
    assert [fault.path for fault in verify(package, KeyRing({})).faults] == [ENVELOPE]


# The same content written otherwise: every one must be refused.
REWRITTEN: dict[str, Callable[[dict[str, object]], str]] = {
    "white space": lambda record: json.dumps(record, sort_keys=True),
    "another order": lambda record: json.dumps(dict(reversed(record.items())), separators=(",", ":")),
    "a newline at the end": lambda record: json.dumps(record, sort_keys=True, separators=(",", ":")) + "\n",
    "a further key": lambda record: json.dumps({**record, "z": 1}, sort_keys=True, separators=(",", ":")),
    "no signature": lambda record: json.dumps({**record, "signatures": []}, sort_keys=True, separators=(",", ":")),
    "the signature twice": lambda record: json.dumps(
        {**record, "signatures": list(record["signatures"]) * 2},  # type: ignore[call-overload]
        sort_keys=True,
        separators=(",", ":"),
    ),
    "another type": lambda record: json.dumps(
        {**record, "payloadType": "text/plain"}, sort_keys=True, separators=(",", ":")
    ),
    "escaped letters": lambda record: json.dumps(record, sort_keys=True, separators=(",", ":")).replace(
        "payloadType", "\\u0070ayloadType"
    ),
    "no object": lambda record: "[]",
    "no text": lambda record: "\udcff",
    "nested without end": lambda record: "[" * 100_000,
    "a number without end": lambda record: "9" * 100_000,
}


@pytest.mark.parametrize("case", REWRITTEN)
def test_the_envelope_is_exact(package: Path, faults: Faults, case: str) -> None:
    record = json.loads((package / ENVELOPE).read_bytes())
    text = REWRITTEN[case](record).encode("utf-8", "surrogateescape")
    assert text != (package / ENVELOPE).read_bytes()
    (package / ENVELOPE).write_bytes(text)
    assert ENVELOPE in faults(package)


# A manifest that our own key signed, and yet must not lead the verifier astray.
ODD_MANIFESTS: dict[str, Callable[[dict[str, object]], object]] = {
    "a path that climbs out": lambda record: record["files"][0].update(path="../outside"),  # type: ignore[index]
    "an absolute path": lambda record: record["files"][0].update(path="/etc/passwd"),  # type: ignore[index]
    "a path with a backslash": lambda record: record["files"][0].update(path="..\\outside"),  # type: ignore[index]
    "a file listed twice": lambda record: record["files"].append(record["files"][0]),  # type: ignore[attr-defined, index]
    "no digest we know": lambda record: record["files"][0].update(digests={"sm3": "00"}),  # type: ignore[index]
    "a format of the future": lambda record: record.update(format="jiejing-evidence-package/9"),
    "no files": lambda record: record.pop("files"),
    "a number that is none": lambda record: record.update(seq="1"),
}


@pytest.mark.parametrize("case", ODD_MANIFESTS)
def test_odd_manifests_are_faults_and_never_raise(package: Path, home: Path, faults: Faults, case: str) -> None:
    record = manifest_of(package)
    ODD_MANIFESTS[case](record)
    content = json.dumps(record).encode()
    (package / MANIFEST).write_bytes(content)
    (package / ENVELOPE).write_bytes(envelope(content, [open_signing_key(home)]))
    assert faults(package)


def test_nothing_to_verify(tmp_path: Path, keys: KeyRing) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "text.txt").write_text("no package")
    for name in ("missing", "empty", "text.txt", "missing.zip"):
        assert not verify(tmp_path / name, keys).exists, name


def test_the_predecessor_is_held_against_the_chain(tmp_path: Path, home: Path) -> None:
    packages = tmp_path / "packages"
    first = sealer(home).seal(packages, "a", small_body).path
    second = sealer(home).seal(packages, "b", small_body).path
    assert verify(second, ring(home)).chain == "ok"
    (first / "composite.jpg").write_bytes(b"?")  # a fault of the first, not of the second
    assert verify(second, ring(home)).sound
    (first / MANIFEST).write_bytes((first / MANIFEST).read_bytes() + b" ")
    verdict = verify(second, ring(home))
    assert verdict.chain == "broken"
    assert [fault.path for fault in verdict.faults] == [f"../a/{MANIFEST}"]
    (first / MANIFEST).unlink()
    assert verify(second, ring(home)).chain == "broken"
    shutil.rmtree(first)
    verdict = verify(second, ring(home))
    assert verdict.sound
    assert verdict.chain == "not checked"


def test_a_second_run_of_the_same_input_is_no_forgery(tmp_path: Path, home: Path) -> None:
    """The same event ids, sealed again into another folder: namesakes of the predecessors, each sound in its place."""
    for run in ("one", "two"):
        for name in ("a", "b"):
            sealer(home).seal(tmp_path / run, name, small_body)
    verdicts = {path: verify(path, ring(home)) for path in sorted(tmp_path.glob("*/[ab]"))}
    assert all(verdict.sound for verdict in verdicts.values())
    assert [verdict.chain for verdict in verdicts.values()] == ["first", "ok", "not checked", "ok"]


def test_a_real_package(tmp_path: Path, film: Path) -> None:
    """Each file of a package as it is made from a stream: changed, cut and removed."""
    run = Run(tmp_path, film, 420)
    run.through(rule())
    run.to(370)
    package, keys = run.sealed[0].path, ring(tmp_path / "home")
    assert verify(package, keys).sound
    names = sorted(path.relative_to(package).as_posix() for path in package.rglob("*") if path.is_file())
    assert len(names) == 13
    for name in names:
        path = package / name
        sound = path.read_bytes()
        for bad in (flipped(sound, 0), flipped(sound, len(sound) * 4), flipped(sound, len(sound) * 8 - 1), sound[:-1]):
            path.write_bytes(bad)
            assert name in {fault.path for fault in verify(package, keys).faults}
        path.unlink()
        assert name in {fault.path for fault in verify(package, keys).faults}
        path.write_bytes(sound)
    assert verify(package, keys).sound
