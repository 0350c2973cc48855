"""What becomes of keys and packages is signed: new keys, retired ones, what was removed on purpose."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from core.clock import SystemClock
from core.errors import EvidenceError, InputError
from evidence.signing.chain import Chain, ChainEntry
from evidence.signing.dsse import envelope
from evidence.signing.key_events import TYPE, change, key_events, open_trusted_ring, read_history
from evidence.signing.keys import SigningKey, key_id, open_key_ring, open_signing_key
from evidence.signing.removals import note_removal, removals, take_away
from evidence.signing.seal import Sealer
from evidence.signing.sealed import Sealed, read_sealed
from evidence.verify.key_check import ToldByAudit, check_keys
from evidence.verify.reconcile import reconcile
from evidence.verify.verifier import verify
from tests.evidence.build import small_body
from tests.says import says

NOW = SystemClock().utc()
NOTHING_TOLD = ToldByAudit({}, ())


def seal(home: Path, *names: str, given: Path | None = None) -> None:
    for name in names:
        Sealer.at(home, given).seal(home / "packages", name, small_body)


def found(home: Path, told: ToldByAudit = NOTHING_TOLD) -> set[tuple[str, str]]:
    """What `evidence check` finds but for rows, by the name of the path."""
    keys = open_trusted_ring(home)
    removed, findings = check_keys(home, keys, told)
    chains: dict[str, list[ChainEntry]] = {
        path.stem.removeprefix("chain-"): list(Chain(path).entries()) for path in home.glob("keys/chain-*.jsonl")
    }
    findings += reconcile(home / "packages", chains, [], keys, removed)
    return {(one.path.name, one.what) for one in findings if one.what != "no row"}


def key_file(path: Path) -> Path:
    """A fresh private key."""
    open_signing_key(path.parent / f"{path.name}-home")
    shutil.copy(path.parent / f"{path.name}-home" / "keys" / "signing.pem", path)
    return path


def test_a_change_of_key_retires_the_former_one(home: Path) -> None:
    seal(home, "a", "b")
    stolen = shutil.copy(home / "keys" / "signing.pem", home / "stolen.pem")
    former, line = change(home, "live", NOW)
    seal(home, "c")
    assert found(home) == set()
    assert line.says["retired_after"] == 2
    assert open_signing_key(home).key_id != former
    for name in "abc":
        assert verify(home / "packages" / name, open_trusted_ring(home)).sound
    # Who has the former key cannot go on with it: not by this program ...
    with pytest.raises(InputError, check=says("evidence.key_was_retired")):
        seal(home, "d", given=stolen)
    # ... and what it seals all the same is named by every verification here.
    key = open_signing_key(home, stolen)
    forger = Sealer(key, Chain(home / "keys" / f"chain-{former[:16]}.jsonl"), clock=SystemClock())
    forger.seal(home / "packages", "e", small_body)
    assert ("e", "faulty") in found(home)
    told = [fault.what for fault in verify(home / "packages" / "e", open_trusted_ring(home)).faults]
    assert told == ["number 3 of a key that was retired after number 2"]


def test_a_key_that_is_given_is_vouched_for_by_the_own_one(home: Path, tmp_path: Path) -> None:
    seal(home, "a")
    given = key_file(tmp_path / "given.pem")
    seal(home, "b", given=given)
    assert found(home) == set()
    assert set(read_history(home).retired.values()) == {1}
    following = key_file(tmp_path / "following.pem")
    change(home, "live", NOW, given, following)
    seal(home, "c", given=following)
    assert found(home) == set()
    assert len(read_history(home).retired) == 2


def test_a_change_that_was_cut_off_is_finished(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seal(home, "a")
    before = (home / "keys" / "signing.pem").read_bytes()
    change(home, "live", NOW)
    after = (home / "keys" / "signing.pem").read_bytes()
    # As if it had ended before the new key took its place.
    (home / "keys" / "next-signing.pem").touch(0o600)
    (home / "keys" / "next-signing.pem").write_bytes(after)
    (home / "keys" / "signing.pem").write_bytes(before)
    with pytest.raises(InputError, check=says("evidence.key_was_retired")):
        seal(home, "b")
    change(home, "live", NOW)
    seal(home, "b")
    assert found(home) == set()
    assert (home / "keys" / "signing.pem").read_bytes() == after
    assert len(key_events(home).lines(open_key_ring(home))) == 2


def test_a_key_that_came_by_itself_is_named_until_somebody_answers_for_it(home: Path) -> None:
    seal(home, "a")
    (home / "keys" / "signing.pem").unlink()
    seal(home, "b")
    fresh = open_signing_key(home).key_id
    assert found(home) == {(f"{fresh[:16]}.pem", "key not vouched for")}
    assert found(home, ToldByAudit({}, (fresh,))) == set()


def test_a_key_of_which_nothing_is_told_is_named(home: Path, tmp_path: Path) -> None:
    seal(home, "a")
    open_signing_key(tmp_path / "other")
    (file,) = (tmp_path / "other" / "keys" / "public").iterdir()
    shutil.copy(file, home / "keys" / "public")
    assert found(home) == {(file.name, "unknown key")}


def test_a_home_of_an_earlier_version_goes_on(home: Path, tmp_path: Path) -> None:
    """It has packages and former keys, and no events."""
    seal(home, "a", "b")
    (home / "keys" / "signing.pem").rename(tmp_path / "former.pem")
    key_events(home).path.unlink()
    assert found(home) == set()
    seal(home, "c")
    assert found(home) == set()
    (number,) = read_history(home).retired.values()
    assert number == 2


def _line(home: Path, says: dict[str, Any], *signers: SigningKey) -> None:
    """Appends what no installation writes."""
    lines = key_events(home).lines(open_key_ring(home))
    says = {"seq": len(lines) + 1, "previous": lines[-1].sha256, "at": "2026-11-30T00:00:00.000Z", **says}
    with key_events(home).path.open("ab") as file:
        file.write(envelope(json.dumps(says).encode(), signers, TYPE) + b"\n")


def _own_key(home: Path) -> SigningKey:
    private = Ed25519PrivateKey.generate()
    return SigningKey(private, key_id(private.public_key()))


def _unsigned(home: Path) -> None:
    own = open_signing_key(home)
    _line(home, {"entry": "key", "use": "live", "key_id": "00" * 32, "follows": own.key_id}, own)


def _by_a_stranger(home: Path) -> None:
    key = _own_key(home)
    _line(home, {"entry": "key", "use": "live", "key_id": key.key_id, "follows": None}, key)


def _of_another_kind(home: Path) -> None:
    _line(home, {"entry": "trust all"}, open_signing_key(home))


def _cut(home: Path) -> None:
    path = key_events(home).path
    path.write_bytes(b"".join(path.read_bytes().splitlines(keepends=True)[1:]))


def _changed(home: Path) -> None:
    path = key_events(home).path
    content = path.read_bytes()
    path.write_bytes(content[:40] + bytes([content[40] ^ 1]) + content[41:])


# A line whose key did not sign it; by a key that is not trusted; of an unknown kind; a line taken out; a bit changed.
FORGERIES = [_unsigned, _by_a_stranger, _of_another_kind, _cut, _changed]


@pytest.mark.parametrize("forge", FORGERIES)
def test_events_that_were_not_written_here_are_named(home: Path, forge: Callable[[Path], None]) -> None:
    seal(home, "a")
    change(home, "live", NOW)
    seal(home, "b")
    forge(home)
    assert ("events.jsonl", "faulty") in found(home)
    # Evidence goes on being sealed, and verifies.
    seal(home, "c")
    assert verify(home / "packages" / "c", open_trusted_ring(home)).sound


def test_a_stranger_s_key_retires_nobody(home: Path, tmp_path: Path) -> None:
    """Who can write files but has no key adds a key of his own, and an event that it follows."""
    seal(home, "a")
    own = open_signing_key(home)
    other = open_signing_key(tmp_path / "other")
    (file,) = (tmp_path / "other" / "keys" / "public").iterdir()
    shutil.copy(file, home / "keys" / "public")
    follows = {"follows": own.key_id, "retired_after": 0, "before": {own.key_id: 0}}
    _line(home, {"entry": "key", "use": "live", "key_id": other.key_id, **follows}, other)
    assert ("a", "faulty") not in found(home)
    seal(home, "b")
    assert verify(home / "packages" / "b", open_trusted_ring(home)).sound
    assert (file.name, "key not vouched for") in found(home)


def _trusted(home: Path, folder: Path) -> SigningKey:
    """A stranger's key whose public half lies among the trusted ones."""
    key = open_signing_key(folder)
    shutil.copytree(folder / "keys" / "public", home / "keys" / "public", dirs_exist_ok=True)
    return key


def test_a_retired_key_neither_vouches_nor_lifts_its_own_limit(home: Path, tmp_path: Path) -> None:
    """Who holds the former key of an installation holds nothing any more."""
    seal(home, "a", "b")
    stolen = open_signing_key(home)
    change(home, "live", NOW)
    evil = _trusted(home, tmp_path / "evil")
    follows = {"follows": stolen.key_id, "retired_after": 9999}
    _line(home, {"entry": "key", "use": "live", "key_id": evil.key_id, **follows}, evil, stolen)
    history = read_history(home)
    assert (history.retired, history.unvouched) == ({stolen.key_id: 2}, {evil.key_id})
    assert (f"{evil.key_id[:16]}.pem", "key not vouched for") in found(home)


def test_a_key_that_another_one_followed_vouches_for_none(home: Path, tmp_path: Path) -> None:
    """It was lost, so nothing retired it; who found it retires it, and needs somebody who answers for his own key."""
    seal(home, "a")
    lost = open_signing_key(home)
    (home / "keys" / "signing.pem").unlink()
    seal(home, "b")
    evil = _trusted(home, tmp_path / "evil")
    follows = {"follows": lost.key_id, "retired_after": 1}
    _line(home, {"entry": "key", "use": "live", "key_id": evil.key_id, **follows}, evil, lost)
    history = read_history(home)
    assert history.unvouched == {open_signing_key(home).key_id, evil.key_id}
    assert history.retired == {lost.key_id: 1}


def test_a_key_that_never_sealed_is_retired_too(home: Path) -> None:
    open_signing_key(home)
    stolen = shutil.copy(home / "keys" / "signing.pem", home / "stolen.pem")
    former, line = change(home, "live", NOW)
    assert (line.says["retired_after"], read_history(home).retired) == (0, {former: 0})
    seal(home, "a")
    assert found(home) == set()
    with pytest.raises(InputError, check=says("evidence.key_was_retired")):
        seal(home, "b", given=stolen)


def remove(home: Path, name: str) -> str:
    keys = open_trusted_ring(home)
    sealed = read_sealed(home / "packages" / name, keys)
    assert isinstance(sealed, Sealed)
    gone = note_removal(home, sealed, keys, open_signing_key(home), "kept for 90 days", NOW)
    take_away(home / "packages" / name)
    return gone.line


@pytest.mark.parametrize("name", ["a", "b", "d"])
def test_what_was_removed_on_purpose_is_no_fault(home: Path, name: str) -> None:
    """The first, one in the middle, the newest."""
    seal(home, "a", "b", "c", "d")
    line = remove(home, name)
    assert found(home) == set()
    assert found(home, ToldByAudit({line: "evidence.remove"}, ())) == set()
    seal(home, "e")
    assert found(home) == set()


def test_a_gap_without_its_line_is_a_fault(home: Path) -> None:
    seal(home, "a", "b", "c", "d")
    line = remove(home, "b")
    shutil.rmtree(home / "packages" / "c")
    assert found(home) == {("c", "no package"), ("d", "number missing")}
    # Nor does the line help that is taken away, or that nobody signed.
    ledger = removals(home)
    whole = ledger.path.read_bytes()
    ledger.path.unlink()
    told = ToldByAudit({line: "evidence.remove b"}, ())
    assert {("keys", "no signed line"), ("b", "no package")} <= found(home, told)
    ledger.path.write_bytes(whole.replace(b'"sig":"', b'"sig":"AA'))
    assert {("removed.jsonl", "faulty"), ("b", "no package")} <= found(home, told)


def test_a_line_is_of_one_package_alone(home: Path) -> None:
    """What comes back under its name is none that may be gone, and what is still there is named."""
    seal(home, "a", "b")
    keys = open_trusted_ring(home)
    sealed = read_sealed(home / "packages" / "a", keys)
    assert isinstance(sealed, Sealed)
    note_removal(home, sealed, keys, open_signing_key(home), "kept for 90 days", NOW)
    assert found(home) == {("a", "still there")}


def test_a_damaged_list_takes_no_more(home: Path) -> None:
    seal(home, "a", "b")
    remove(home, "a")
    removals(home).path.write_bytes(b"?\n")
    with pytest.raises(EvidenceError, check=says("evidence.ledger_not_believed")):
        remove(home, "b")
    assert (home / "packages" / "b").is_dir()
