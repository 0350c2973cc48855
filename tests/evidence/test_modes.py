"""Who may read what: of a home that users share, the keys that seal are `run`'s alone."""

import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from api.system.checkup import check_up
from core.audit_head import Head
from core.settings import Settings
from core.sharing import keep_to
from evidence.signing.audit_anchor import AuditAnchor
from evidence.signing.keys import open_key_ring, open_recorded_key, open_signing_key
from evidence.signing.seal import Sealer
from store.base.vault import Vault
from tests.evidence.build import small_body


@pytest.fixture(params=[0o700, 0o2750, 0o2770], ids=["one user", "a group that reads", "several users"])
def shared_home(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Path]:
    """A home of one user, one whose folder a group may look into, and one in which several users work."""
    home = tmp_path / "home"
    home.mkdir()
    home.chmod(request.param)
    former = os.umask(0o077)
    keep_to(home)
    yield home
    os.umask(former)


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_modes(shared_home: Path) -> None:
    """Nothing is for everybody; what both users need is the group's, and what seals is the owner's."""
    is_shared = mode(shared_home) == 0o2770
    seal = Sealer.at(shared_home).seal(shared_home / "packages", "aa00000000000001", small_body)
    open_recorded_key(shared_home)
    AuditAnchor(shared_home).put(Head(1, "a" * 64))
    Vault(shared_home).seal("text", "camera-1")
    keys = shared_home / "keys"
    for own in ("signing.pem", "recorded.pem"):
        assert mode(keys / own) == 0o600
    needed = [keys / "audit.pem", keys / "cameras.key", shared_home / "audit-head.json", seal.path / "manifest.json"]
    needed += [*keys.glob("public/*.pem"), *keys.glob("audit/*.pem"), *keys.glob("chain-*.jsonl")]
    assert len(needed) == 8
    for path in needed:
        assert mode(path) & 0o037 == 0, path
        assert mode(path) & 0o040 == (0o040 if is_shared else 0), path
    # Whoever serves can add a key of its own kind, and take none away; and trusts no key that it made itself.
    assert mode(keys) & 0o1777 == (0o1770 if is_shared else 0o700)
    assert mode(keys / "public") & 0o1777 == (0o750 if is_shared else 0o700)


def test_who_serves_needs_no_key_that_seals(tmp_path: Path) -> None:
    """The end of the audit is signed by a key for which no package is believed."""
    AuditAnchor(tmp_path).put(Head(1, "a" * 64))
    assert AuditAnchor(tmp_path).get() == Head(1, "a" * 64)
    assert not (tmp_path / "keys" / "signing.pem").exists()
    assert open_key_ring(tmp_path).keys == {}


def test_doctor_says_who_can_seal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def said() -> tuple[bool, str]:
        [found] = [one for one in check_up(Settings(home=tmp_path)) if one.name == "signing key"]
        return found.ok, found.says

    assert said() == (True, "made at the first start")
    key = open_signing_key(tmp_path)
    path = tmp_path / "keys" / "signing.pem"
    assert said() == (True, key.key_id[:16])
    path.chmod(0o640)
    assert said() == (False, f"{path} can be read by others than its owner, who alone seals; run: chmod 600 {path}")
    path.chmod(0o600)
    public = tmp_path / "keys" / "public"
    public.chmod(0o1770)
    assert said() == (False, f"{public} can be written by others than its owner; run: chmod go-w {public}")
    public.chmod(0o700)
    path.parent.chmod(0o3770)
    assert said()[0]
    path.parent.chmod(0o770)
    assert said() == (False, f"{path.parent} can be written by others than its owner; run: chmod go-w {path.parent}")
    path.parent.chmod(0o700)
    recorded = tmp_path / "keys" / "recorded.pem"
    open_recorded_key(tmp_path)
    recorded.chmod(0o604)
    assert said()[1].startswith(f"{recorded} can be read by others")
    recorded.chmod(0o600)
    can = os.access
    monkeypatch.setattr(os, "access", lambda place, how: place != path and can(place, how))
    assert said()[1] == "kept from this user, who may serve and cannot seal"
