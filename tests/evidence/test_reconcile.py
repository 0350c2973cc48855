"""What disk, chain and data base say of each other."""

import shutil
from pathlib import Path

from evidence.chain import Chain, ChainEntry
from evidence.package import MANIFEST
from evidence.reconcile import Finding, Row, reconcile
from evidence.seal import chain_path
from tests.evidence.build import sealer, small_body


def sealed(tmp_path: Path, home: Path) -> tuple[Path, list[ChainEntry], list[Row]]:
    packages, of = tmp_path / "packages", sealer(home)
    seals = [of.seal(packages, name, small_body) for name in ("a", "b", "c")]
    rows = [Row(seal.listing.package_id, seal.manifest_sha256, seal.path) for seal in seals]
    return packages, list(Chain(chain_path(home, of.key_id)).entries()), rows


def test_agreement(tmp_path: Path, home: Path) -> None:
    assert reconcile(*sealed(tmp_path, home)) == []


def test_nothing_at_all(tmp_path: Path) -> None:
    assert reconcile(tmp_path / "missing", [], []) == []


def test_every_disagreement_is_found(tmp_path: Path, home: Path) -> None:
    packages, chain, rows = sealed(tmp_path, home)
    (packages / ".sealing-d.x").mkdir()  # a crash while d was being made
    (packages / "stray").mkdir()  # put there by somebody
    shutil.rmtree(packages / "a")  # deleted behind our back
    (packages / "b" / MANIFEST).write_bytes(b"{}")  # changed
    found = reconcile(packages, [chain[0], chain[2]], [rows[0], rows[1]])
    assert found == [
        Finding(packages / ".sealing-d.x", "left over"),
        Finding(packages / "a", "no package"),
        Finding(packages / "b", "hash differs"),
        Finding(packages / "b", "not in the chain"),
        Finding(packages / "c", "chain broken"),
        Finding(packages / "c", "no row"),
        Finding(packages / "stray", "no row"),
        Finding(packages / "stray", "not in the chain"),
    ]


def test_packages_elsewhere_are_none_of_its_business(tmp_path: Path, home: Path) -> None:
    packages, chain, rows = sealed(tmp_path, home)
    sealer(home).seal(tmp_path / "elsewhere", "a", small_body)
    elsewhere = Row("a", "0" * 64, tmp_path / "elsewhere" / "a")
    assert reconcile(packages, chain, [*rows, elsewhere]) == []
