"""What is due becomes a package: the one of a violation, or its supplement."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from core.errors import EvidenceError
from evidence.drafts.draft import Draft
from evidence.drafts.guarded import GuardedRecording
from evidence.drafts.opening_record import OpeningRecord
from evidence.drawing.timelapse import KeptFrame, frames_as_kept
from evidence.package.layout import clearing_id, package_id
from evidence.package.listing import Kind
from evidence.packing.contents import Scene
from evidence.packing.primary import Primary
from evidence.packing.supplement import Clearing
from evidence.signing.manifest import Body
from evidence.signing.seal import Seal, Sealer


@dataclass(frozen=True)
class Sealed:
    """A package that was sealed: the row for the data base.

    Attributes:
        seq: its number in the chain of key_id.
        complete: whether all that was demanded is there; missing: what is not.
    """

    event_id: str
    opening: int
    kind: Kind
    path: Path
    package_id: str
    manifest_sha256: str
    sealed_at: str
    seq: int
    key_id: str
    complete: bool
    missing: tuple[str, ...]


@dataclass(frozen=True)
class Keeping:
    """What was kept of one opening: its draft, where that is, its frames, and the record that tells what they were."""

    draft: Draft
    file: Path
    frames: Path
    record: OpeningRecord


@dataclass(frozen=True)
class Packer:
    """Seals the packages of one camera."""

    scene: Scene
    packages: Path
    sealer: Sealer
    post_roll_s: float

    def primary(self, kept: Keeping) -> Sealed:
        """Seals the package of a violation.

        Raises:
            EvidenceError: there is none, or its place is taken.
            StorageError: the disk refuses.
        """
        draft = kept.draft
        if draft.violation is None or draft.moment is None:
            raise EvidenceError("evidence.draft_without_violation", draft=draft.key)
        work = Primary(
            package_id=package_id(draft.opened.event_id, draft.opened.opening),
            draft=draft,
            violation=draft.violation,
            moment=draft.moment,
            scene=self._guarded(kept.record),
            frames=_frames(kept),
            record=self._record(kept),
            post_roll_s=self.post_roll_s,
            clock_offset=self.sealer.clock_offset(),
            software=self.sealer.software,
        )
        return self._seal(draft, work.package_id, work.fill)

    def clearing(self, kept: Keeping) -> Sealed:
        """Seals the supplement of a violation that ended.

        Raises:
            as of `primary`.
        """
        draft = kept.draft
        if draft.cleared is None or draft.gone_at is None or draft.primary is None:
            raise EvidenceError("evidence.draft_without_clearing", draft=draft.key)
        work = Clearing(
            package_id=clearing_id(draft.opened.event_id, draft.opened.opening),
            draft=draft,
            cleared=draft.cleared,
            gone_at=draft.gone_at,
            primary=draft.primary,
            scene=self._guarded(kept.record),
            record=self._record(kept),
            clock_offset=self.sealer.clock_offset(),
            software=self.sealer.software,
        )
        return self._seal(draft, work.package_id, work.fill)

    def _guarded(self, record: OpeningRecord) -> Scene:
        return replace(self.scene, recording=GuardedRecording(self.scene.recording, record))

    @staticmethod
    def _record(kept: Keeping) -> Callable[[str], OpeningRecord]:
        """Concludes the record of a package that is about to be sealed, once its pictures and clips were cut."""

        def concluded(package: str) -> OpeningRecord:
            kept.record.conclude(package, kept.file)
            return kept.record

        return concluded

    def _seal(self, draft: Draft, package: str, fill: Callable[[Path], Body]) -> Sealed:
        return _sealed(draft, self.sealer.seal(self.packages, package, fill))


def _frames(kept: Keeping) -> list[KeptFrame]:
    kept.record.note_missing_frames(path.name for path in kept.frames.glob("*"))
    return frames_as_kept(kept.frames, kept.record)


def _sealed(draft: Draft, seal: Seal) -> Sealed:
    listing = seal.listing
    return Sealed(
        event_id=draft.opened.event_id,
        opening=draft.opened.opening,
        kind=listing.kind,
        path=seal.path,
        package_id=listing.package_id,
        manifest_sha256=seal.manifest_sha256,
        sealed_at=listing.sealed_at,
        seq=listing.seq,
        key_id=listing.key_id,
        complete=listing.completeness.complete,
        missing=tuple(one["what"] for one in listing.completeness.missing),
    )
