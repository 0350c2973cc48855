"""The keys that seal and the removal of packages, from the command line."""

import json
import shutil
import sqlite3
from pathlib import Path

import pytest

from evidence.signing.seal import Sealer
from tests.evidence.build import small_body
from tests.runtime.conftest import Jiejing

RECEIVED = {"event": {"event_id": "e1", "opening": 1}}


@pytest.fixture
def sealed(home: Path, jiejing: Jiejing) -> Path:
    """The home of three packages that the data base knows."""
    assert jiejing("db", "upgrade").code == 0
    for name in ("p1", "p2", "p3"):
        add_row(home, name, seal(home, name))
    return home


def seal(home: Path, name: str) -> tuple[str, str, int]:
    found = Sealer.at(home).seal(home / "packages", name, small_body)
    return found.manifest_sha256, found.listing.key_id, found.listing.seq


def add_row(home: Path, name: str, known: tuple[str, str, int]) -> None:
    with sqlite3.connect(home / "jiejing.db") as data:
        data.execute("PRAGMA foreign_keys = OFF")
        columns = [row[1] for row in data.execute("PRAGMA table_info(packages)")]
        told = dict(zip(("manifest_sha256", "key_id", "seq"), known, strict=True))
        told |= {"package_id": name, "event_id": name, "opening": 1, "kind": "primary", "path": name, "missing": "[]"}
        told |= {"sealed_at": "2026-01-01 00:00:00.000000", "complete": 1}
        names = [column for column in columns if column in told]
        data.execute(
            f"INSERT INTO packages ({', '.join(names)}) VALUES ({', '.join('?' * len(names))})",
            [told[column] for column in names],
        )


def test_a_key_is_changed(sealed: Path, jiejing: Jiejing) -> None:
    former = json.loads(jiejing("key", "list", "--json").out)
    said = jiejing("key", "change", "--reason", "a year has passed")
    assert said.code == 0, said.err
    assert "is retired after number 3" in said.out
    add_row(sealed, "p4", seal(sealed, "p4"))
    listed = {one["key_id"]: one["standing"] for one in json.loads(jiejing("key", "list", "--json").out)}
    assert listed.pop(former[0]["key_id"]) == "retired after number 3"
    assert list(listed.values()) == ["in use"]
    said = jiejing("evidence", "check")
    assert (said.code, said.out) == (0, f"{sealed / 'packages'}: 4 packages, all in agreement\n")
    # The events as they were before the change: what the audit tells is missing.
    events = sealed / "keys" / "events.jsonl"
    events.write_bytes(events.read_bytes().splitlines(keepends=True)[0])
    said = jiejing("evidence", "check")
    assert said.code == 1
    assert "no signed line (the audit tells of key.change" in said.out
    assert jiejing("doctor").out.count("signing key: ok") == 1
    events.write_bytes(b"?\n")
    assert "events.jsonl: is not what was written" in jiejing("doctor").out


def test_a_lost_key_is_answered_for(sealed: Path, jiejing: Jiejing) -> None:
    (sealed / "keys" / "signing.pem").unlink()
    add_row(sealed, "p4", seal(sealed, "p4"))
    said = jiejing("evidence", "check")
    assert (said.code, said.out.count("key not vouched for")) == (1, 1)
    (fresh,) = [
        one["key_id"] for one in json.loads(jiejing("key", "list", "--json").out) if "vouched" in one["standing"]
    ]
    assert jiejing("key", "accept", fresh[:12], "--reason", "the disk was lost").code == 0
    assert jiejing("evidence", "check").code == 0


# What is typed, and what is answered.
REFUSED = [
    (("key", "change", "--reason", " "), "--reason: say why"),
    (("key", "change", "--reason", "why", "--to", "other.pem"), "--to: the key lies in the home"),
    (("key", "accept", "abc", "--reason", "why"), "no key 'abc' waits for that"),
    (("key", "accept", "", "--reason", "why"), "no key '' waits for that"),
    (("evidence", "remove", "p9", "--reason", "why"), "no package 'p9' here"),
    (("evidence", "remove", "p1", "--reason", ""), "--reason: say why"),
]


@pytest.mark.parametrize(("words", "answer"), REFUSED)
def test_what_is_refused(sealed: Path, jiejing: Jiejing, words: tuple[str, ...], answer: str) -> None:
    said = jiejing(*words)
    assert said.code == 2
    assert said.err.startswith(f"jiejing: {answer}"), said.err
    assert jiejing("evidence", "check").code == 0


def test_a_package_is_removed(sealed: Path, jiejing: Jiejing) -> None:
    said = jiejing("evidence", "remove", "p2", "--reason", "kept for 90 days")
    assert said.code == 0, said.err
    assert sorted(path.name for path in (sealed / "packages").iterdir()) == ["p1", "p3"]
    said = jiejing("evidence", "check")
    assert (said.code, "1 removed on purpose" in said.out) == (0, True), said.out
    assert jiejing("verify", "--audit").code == 0
    # The same without the command is a fault.
    shutil.rmtree(sealed / "packages" / "p1")
    assert jiejing("evidence", "check").code == 1
    (sealed / "keys" / "removed.jsonl").unlink()
    assert "the audit tells of evidence.remove p2" in jiejing("evidence", "check").out


def test_a_backup_holds_events_and_removals(sealed: Path, jiejing: Jiejing, tmp_path: Path) -> None:
    assert jiejing("evidence", "remove", "p1", "--reason", "kept for 90 days").code == 0
    assert jiejing("db", "backup", "--out", tmp_path / "backup.tar.gz").code == 0
    assert jiejing("evidence", "remove", "p2", "--reason", "kept for 90 days").code == 0
    said = jiejing("db", "restore", tmp_path / "backup.tar.gz")
    assert said.code == 0, said.err
    # What was removed since is not called missing, as the list of removals went on.
    assert "p1" not in said.out
    assert "p2" not in said.out
    assert jiejing("evidence", "check").code == 0
