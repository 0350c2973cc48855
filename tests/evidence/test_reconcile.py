"""What disk, chain and data base say of each other, and all of them of what was signed."""

import json
import shutil
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from tempfile import gettempdir
from typing import Any

import pytest

from core.clock import parse_rfc3339, rfc3339
from evidence.package.layout import ENVELOPE, MANIFEST, sha256_of
from evidence.signing.chain import Chain, ChainEntry, chain_path
from evidence.signing.dsse import envelope
from evidence.signing.keys import open_signing_key
from evidence.verify.reconcile import Finding, Row, reconcile
from tests.evidence.build import manifest_of, ring, sealer, small_body


@dataclass
class Kept:
    """Five packages of one key, and what chain and data base say of them; a test may change any."""

    home: Path
    packages: Path
    key: str
    chain: list[ChainEntry]
    rows: list[Row]

    def found(self) -> list[Finding]:
        return reconcile(self.packages, {self.key: self.chain}, self.rows, ring(self.home))

    def whats(self) -> set[tuple[str, str]]:
        """Every finding, by the package's name."""
        return {(finding.path.name, finding.what) for finding in self.found()}

    def forget(self, name: str) -> None:
        """Deletes a package with its line and its row."""
        shutil.rmtree(self.packages / name)
        self.chain = [entry for entry in self.chain if entry.package_id != name]
        self.rows = [row for row in self.rows if row.package_id != name]

    def sign_again(self, name: str, **changes: Any) -> None:
        """Whoever holds the key seals again, and mends line and row."""
        folder = self.packages / name
        content = json.dumps(manifest_of(folder) | changes).encode()
        (folder / MANIFEST).write_bytes(content)
        (folder / ENVELOPE).write_bytes(envelope(content, [open_signing_key(self.home)]))
        sha256 = sha256_of(folder / MANIFEST)
        noted = {key: value for key, value in changes.items() if key in ("seq", "sealed_at")}
        self.chain = [
            entry.model_copy(update={"manifest_sha256": sha256, **noted}) if entry.package_id == name else entry
            for entry in self.chain
        ]
        self.rows = [replace(row, manifest_sha256=sha256) if row.package_id == name else row for row in self.rows]


@pytest.fixture
def kept(tmp_path: Path, home: Path) -> Kept:
    packages, of = home / "packages", sealer(home)
    seals = [of.seal(packages, name, small_body) for name in "abcde"]
    rows = [Row(seal.listing.package_id, seal.manifest_sha256, seal.path) for seal in seals]
    path = chain_path(home, of.key_id)
    return Kept(home, packages, path.stem.removeprefix("chain-"), list(Chain(path).entries()), rows)


def test_agreement(kept: Kept) -> None:
    assert kept.found() == []


def test_nothing_at_all(tmp_path: Path, kept: Kept) -> None:
    assert reconcile(tmp_path / "missing", {}, [], ring(kept.home)) == []


def test_a_home_that_was_moved_agrees(tmp_path: Path, kept: Kept) -> None:
    """The lines of the chain name absolute paths; restored at another place, the packages are found by their names."""
    moved = tmp_path / "moved"
    kept.home.rename(moved)
    kept.home, kept.packages = moved, moved / "packages"
    kept.rows = [replace(row, path=kept.packages / row.package_id) for row in kept.rows]
    assert kept.found() == []
    kept.forget("c")
    assert ("d", "number missing") in kept.whats()


def _renumbered(kept: Kept) -> None:
    """A package is gone with its line and row, and the rest of the lines are numbered anew."""
    kept.forget("c")
    kept.chain = [entry.model_copy(update={"seq": number}) for number, entry in enumerate(kept.chain, 1)]


def _said_to_be_elsewhere(kept: Kept) -> None:
    shutil.rmtree(kept.packages / "c")
    kept.rows = [row for row in kept.rows if row.package_id != "c"]
    kept.chain[2] = kept.chain[2].model_copy(update={"folder": "/elsewhere/c"})


def _said_to_be_in_a_folder_of_others(kept: Kept) -> None:
    """The chain is not signed: that a folder is there says nothing of a package in it."""
    _said_to_be_elsewhere(kept)
    kept.chain[2] = kept.chain[2].model_copy(update={"folder": gettempdir()})


def _another_is_elsewhere(kept: Kept) -> None:
    """A copy of another package stands in for the one that is gone."""
    _said_to_be_elsewhere(kept)
    copy = shutil.copytree(kept.packages / "b", kept.home.parent / "copies" / "c")
    kept.chain[2] = kept.chain[2].model_copy(update={"folder": str(copy)})


def _reordered(kept: Kept) -> None:
    kept.chain[1], kept.chain[2] = kept.chain[2], kept.chain[1]


def _a_second_number(kept: Kept) -> None:
    kept.sign_again("e", seq=4, previous=manifest_of(kept.packages / "d")["previous"])


def _sealed_long_ago(kept: Kept) -> None:
    then = parse_rfc3339(manifest_of(kept.packages / "e")["sealed_at"]) - timedelta(days=400)
    kept.sign_again("e", sealed_at=rfc3339(then))


def _a_changed_still(kept: Kept) -> None:
    (kept.packages / "b" / "originals" / "violation.jpg").write_bytes(b"another")


def _without_envelope(kept: Kept) -> None:
    (kept.packages / "b" / ENVELOPE).unlink()


def _another_predecessor(kept: Kept) -> None:
    previous = manifest_of(kept.packages / "d")["previous"] | {"manifest_sha256": "00" * 32}
    kept.sign_again("d", previous=previous)


def _exchanged_folders(kept: Kept) -> None:
    for old, new in (("b", "x"), ("c", "b"), ("x", "c")):
        (kept.packages / old).rename(kept.packages / new)


# What somebody does behind our back, and what must be found of it.
ATTACKS: list[tuple[Callable[[Kept], None], tuple[str, str]]] = [
    (_renumbered, ("d", "number missing")),
    (_renumbered, ("d", "chain broken")),
    (_said_to_be_elsewhere, ("c", "no package")),
    (_said_to_be_elsewhere, ("d", "number missing")),
    (_said_to_be_in_a_folder_of_others, (Path(gettempdir()).name, "no package")),
    (_said_to_be_in_a_folder_of_others, ("d", "number missing")),
    (_another_is_elsewhere, ("c", "hash differs")),
    (_another_is_elsewhere, ("d", "number missing")),
    (_reordered, ("b", "chain broken")),
    (_a_second_number, ("e", "number twice")),
    (_sealed_long_ago, ("e", "out of order")),
    (_a_changed_still, ("b", "faulty")),
    (_without_envelope, ("b", "faulty")),
    (_another_predecessor, ("d", "chain broken")),
    (_exchanged_folders, ("b", "faulty")),
]


@pytest.mark.parametrize(("attack", "wanted"), ATTACKS)
def test_what_was_done_behind_our_back_is_found(
    kept: Kept, attack: Callable[[Kept], None], wanted: tuple[str, str]
) -> None:
    attack(kept)
    assert wanted in kept.whats()


def test_every_disagreement_is_found(kept: Kept) -> None:
    (kept.packages / ".sealing-f.x").mkdir()  # a crash while f was being made
    (kept.packages / "stray").mkdir()  # put there by somebody
    shutil.rmtree(kept.packages / "a")  # deleted behind our back
    (kept.packages / "b" / MANIFEST).write_bytes(b"{}")  # changed
    kept.rows = kept.rows[:2]
    wanted = {
        (".sealing-f.x", "left over"),
        ("a", "no package"),
        ("b", "faulty"),
        ("b", "hash differs"),
        ("c", "no row"),
        ("stray", "no row"),
        ("stray", "not in the chain"),
    }
    assert wanted <= kept.whats()


def test_packages_elsewhere_belong_to_the_chain(kept: Kept, tmp_path: Path) -> None:
    """The same key sealed into another folder: its numbers are known, its row is no business of this folder."""
    seal = sealer(kept.home).seal(tmp_path / "elsewhere", "a", small_body)
    after = sealer(kept.home).seal(kept.packages, "f", small_body)
    kept.chain = list(Chain(chain_path(kept.home, sealer(kept.home).key_id)).entries())
    kept.rows += [Row("a", seal.manifest_sha256, seal.path), Row("f", after.manifest_sha256, after.path)]
    assert kept.found() == []
