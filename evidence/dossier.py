"""The dossiers of one camera: what must be kept while something stays, and when it is sealed.

Two threads meet here. The one that reads the camera calls on_event and on_frame; they change small things under a short
lock. Another may call seal_due, which takes seconds (decoding, ffmpeg, flushing): it holds no lock that the first needs
but copies what is due, works, and notes the outcome on the draft as it then is.
"""

import logging
from collections import deque
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from threading import Lock

from core.domain import Frame, Look, RuleEvent, Seen
from core.errors import EvidenceError, JiejingError, StorageError
from core.ports import Recording
from core.rules import ZoneRule
from core.site import Camera, SiteInfo
from evidence.contents import Scene
from evidence.draft import (
    CLEARING_AROUND_S,
    FIRST_AFTER_S,
    FIRST_BEFORE_S,
    LAST_SEEN_EVERY_S,
    MIDDLE_AROUND_S,
    VIOLATION_BEFORE_S,
    Draft,
    DraftStore,
    draft_key,
    seconds,
    violation_moment,
)
from evidence.facts import rule_facts, source_facts
from evidence.lettering import system_lettering
from evidence.listing import Kind, Link
from evidence.looks import nearest_look, numbers_of
from evidence.package import clearing_id, package_id
from evidence.pictures import blackened
from evidence.primary import Primary
from evidence.seal import Seal, Sealer
from evidence.supplement import Clearing
from evidence.timelapse import KeptFrames, kept_frames, small_jpeg

_log = logging.getLogger(__name__)

PATIENCE_S = 60.0  # how long a live stream may owe the seconds after a violation
LOOKS = 1200  # newest looks remembered: twenty minutes at one a second
RETRY_S = 10.0  # between two attempts at a draft that could not be sealed


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
class Stuck:
    """A draft that is kept because it, or what it needs, could not be written or sealed, and is tried again.

    Attributes:
        since: the time of the stream at which that began.
    """

    event_id: str
    opening: int
    why: str
    since: datetime


class Dossiers:
    """The drafts and packages of one camera.

    Nothing here raises for one bad draft or a full disk: the camera goes on being watched, the draft is kept and tried
    again, and `stuck` tells what waits and why.
    """

    def __init__(  # noqa: PLR0913  all by name, and called in one place
        self,
        *,
        camera: Camera,
        site: SiteInfo,
        recording: Recording,
        drafts: Path,
        packages: Path,
        sealer: Sealer,
        post_roll_s: float,
        live: bool,
        file: Path | None = None,
    ) -> None:
        """Takes up the drafts that an earlier process left in drafts/<camera id>.

        Args:
            post_roll_s: seconds after a violation that belong to its package.
            live: whether a stream that owes these seconds is waited for PATIENCE_S; a file has or has not got them.
            file: the recorded file that is played, if one is.
        """
        self._scene = Scene(camera, site, recording, system_lettering(), source_facts(camera, live=live, file=file))
        self._packages = packages
        self._sealer = sealer
        self._post_roll_s = post_roll_s
        self._live = live
        self._store = DraftStore(drafts / camera.id)
        self._lock = Lock()
        self._sealing = Lock()
        self._drafts: dict[str, Draft] = {draft.key: draft for draft in self._store.load()}
        self._lapses = {draft.key: self._lapse(draft) for draft in self._drafts.values() if draft.violation is None}
        self._unsaved: set[str] = set()
        self._unpinned: list[tuple[str, str, datetime, datetime]] = []
        self._causes: set[str] = set()
        self._stuck: dict[str, Stuck] = {}
        self._retry_at: dict[str, datetime] = {}
        self._last_pinned: dict[str, datetime] = {}
        self._newest: datetime | None = None
        self._looks: deque[Look] = deque(maxlen=LOOKS)
        self._last_looks: dict[str, Look] = {}
        self._numbers: dict[str, frozenset[int]] = {}

    @property
    def stuck(self) -> tuple[Stuck, ...]:
        """What could not be written or sealed so far, and why."""
        with self._lock:
            return tuple(self._stuck.values())

    def on_event(self, event: RuleEvent, rule: ZoneRule) -> None:
        """Follows a change of state.

        A candidate of a zone that only observes is kept like any other, as the observation may end before its time is
        up; a violation that is observed gives no package.
        """
        with self._lock:
            draft = self._drafts.get(draft_key(event))
            if event.state == "cleared":
                self._clear(draft, event, rule)
            elif event.state == "candidate":
                if draft is None:
                    self._open(event, rule)
            elif event.observing:
                self._forget(draft)
            elif draft is None or draft.violation is None:
                self._note_violation(draft or self._open(event, rule), event)

    def on_standing(self, events: Iterable[RuleEvent]) -> None:
        """Keeps what may be wanted later of events that go on: where each of their things came to rest, since any of
        them may stand longest in the end, and where a violation was last seen, since its bridge may outlast the ring.
        """
        with self._lock:
            for event in events:
                draft = self._drafts.get(draft_key(event))
                if draft:
                    self._numbers[draft.key] = numbers_of(event)
                if draft and draft.violation is None:
                    self._pin_rests(draft, event)
                elif draft and draft.cleared is None:
                    self._pin_last_seen(draft, event.last_seen)

    def on_frame(self, frame: Frame, seen: Iterable[Seen] | None = None) -> None:
        """Keeps what the open candidates need of a frame, after its events were told: a small picture now and then, the
        middle's pin, and what was detected at the moments of the stills.

        Args:
            seen: what was detected in it; None = it was not looked at.
        """
        look = None if seen is None else Look(frame.utc, frame.size_wh, tuple(seen))
        with self._lock:
            self._newest = frame.utc
            here = [draft for draft in self._drafts.values() if draft.opened.preset_id == frame.preset_id]
            if look:
                self._take_look(here, look)
            open_now = [draft for draft in here if draft.violation is None]
            for draft in open_now:
                if frame.utc >= draft.middle_at:
                    self._seek_middle(draft, frame.utc, look)
            wanting = [self._lapses[draft.key] for draft in open_now if self._lapses[draft.key].wants(frame.utc)]
        if wanting:
            _keep(wanting, look, frame.utc, small_jpeg(blackened(frame.image, self._scene.camera.privacy_masks)))

    def release_others(self, open_events: Collection[str]) -> None:
        """Lets go of candidates, and of sealed drafts that await their clearing, whose events the rules no longer know.

        For the start after a restart, when the rules have taken up what they knew. What is due is sealed all the same.
        """
        with self._lock:
            for draft in list(self._drafts.values()):
                waits = draft.violation is None or (draft.primary is not None and draft.cleared is None)
                if waits and draft.opened.event_id not in open_events:
                    self._let_go(draft)

    def seal_due(self, now: datetime, *, final: bool = False) -> list[Sealed]:
        """Seals what is due by `now` and held by the recording.

        Args:
            now: the time of the stream's world: the clock's for a live one, the newest frame's for a file.
            final: nothing more will come; seal all that became a violation with what there is.

        Returns:
            What was sealed. After a crash a package may be reported twice, with the same manifest.
        """
        sealed = []
        with self._sealing:
            self._save_again()
            for kind, seal in (("primary", self._seal_primary), ("supplement", self._seal_clearing)):
                for draft in self._due(kind, now, final=final):
                    result = self._attempt(draft, seal, now)
                    if result:
                        sealed.append(result)
        return sealed

    def _open(self, event: RuleEvent, rule: ZoneRule) -> Draft:
        middle_at = event.still_since + seconds(rule.violation_after_s / 2)
        rest = nearest_look(self._looks, event.still_since)
        draft = Draft(
            rule=rule_facts(rule),
            opened=event,
            middle_at=middle_at,
            rests=(event.still_since,),
            rest_looks=(rest,) if rest else (),
        )
        self._numbers[draft.key] = numbers_of(event)
        self._pin_first(draft, event.still_since)
        self._lapses[draft.key] = self._lapse(draft)
        self._save(draft)
        if middle_at <= event.last_seen:
            look = nearest_look(self._looks, middle_at)
            self._pin_middle(draft, middle_at, look if look and self._in_sight(draft, look) else None, sought=True)
        return self._drafts[draft.key]

    def _pin(self, draft: Draft, pin_id: str, start: datetime, end: datetime) -> None:
        """Keeps a time; what the disk refuses is tried again with the next seal_due(), and the camera goes on."""
        try:
            self._scene.recording.pin(pin_id, start, end)
        except StorageError as error:
            self._unpinned.append((draft.key, pin_id, start, end))
            self._note_stuck(draft, str(error))

    def _pin_first(self, draft: Draft, still_since: datetime) -> None:
        self._pin(draft, draft.key, still_since - seconds(FIRST_BEFORE_S), still_since + seconds(FIRST_AFTER_S))

    def _pin_rests(self, draft: Draft, event: RuleEvent) -> None:
        fresh = {member.still_since for member in event.members} - set(draft.rests)
        for still_since in fresh:
            self._pin_first(draft, still_since)
        looks = [look for moment in sorted(fresh) if (look := nearest_look(self._looks, moment))]
        if fresh:
            rests, rest_looks = (*draft.rests, *sorted(fresh)), (*draft.rest_looks, *looks)
            self._save(draft.model_copy(update={"rests": rests, "rest_looks": rest_looks}))

    def _pin_last_seen(self, draft: Draft, last_seen: datetime) -> None:
        pinned = self._last_pinned.get(draft.key)
        if pinned is None or last_seen - pinned >= seconds(LAST_SEEN_EVERY_S):
            around, recording = seconds(CLEARING_AROUND_S), self._scene.recording
            recording.unpin(draft.clearing_pin)
            self._pin(draft, draft.clearing_pin, last_seen - around, last_seen + around + seconds(LAST_SEEN_EVERY_S))
            self._last_pinned[draft.key] = last_seen

    def _pin_middle(self, draft: Draft, moment: datetime, look: Look | None, *, sought: bool = False) -> None:
        """Pins a moment as the middle; one at which the thing was not seen is `sought` on for a better one."""
        around = seconds(MIDDLE_AROUND_S)
        self._pin(draft, draft.key, moment - around, moment + around)
        middle = {"middle_at": moment, "middle_look": look, "middle_pinned": True, "middle_sought": sought}
        self._save(draft.model_copy(update=middle))

    def _note_violation(self, draft: Draft, event: RuleEvent) -> None:
        self._pin_rests(draft, event)
        draft = self._drafts[draft.key]
        moment = violation_moment(event)
        end = moment + seconds(self._post_roll_s)
        self._pin(draft, draft.key, moment - seconds(VIOLATION_BEFORE_S), end)
        self._save(draft.model_copy(update={"violation": event}))

    def _take_look(self, drafts: Iterable[Draft], look: Look) -> None:
        """Remembers what was detected, for stills whose moment is known only later."""
        self._looks.append(look)
        for draft in drafts:
            if draft.violation and draft.moment == look.utc:
                self._save(draft.model_copy(update={"violation_look": look}))
            if draft.violation and self._in_sight(draft, look):
                self._last_looks[draft.key] = look

    def _in_sight(self, draft: Draft, look: Look) -> bool:
        numbers = self._numbers.get(draft.key) or numbers_of(draft.violation or draft.opened)
        return any(one.number in numbers for one in look.seen)

    def _seek_middle(self, draft: Draft, now: datetime, look: Look | None) -> None:
        """Keeps the middle: the frame nearest to it in which the thing was detected."""
        seen, known = look if look and self._in_sight(draft, look) else None, draft.middle_look
        if draft.middle_pinned and not draft.middle_sought:
            return
        if draft.middle_pinned:
            if seen and (known is None or abs(now - draft.middle_wanted) < abs(known.utc - draft.middle_wanted)):
                self._pin_middle(draft, now, seen)
            elif seen:
                self._save(draft.model_copy(update={"middle_sought": False}))
            return
        since = draft.opened.still_since
        earlier = [] if seen else [one for one in self._looks if one.utc > since and self._in_sight(draft, one)]
        best = seen or (earlier[-1] if earlier else None)
        self._pin_middle(draft, best.utc if best else now, best, sought=seen is None)

    def _clear(self, draft: Draft | None, event: RuleEvent, rule: ZoneRule) -> None:
        if draft is None or draft.violation is None:
            self._forget(draft)
        elif draft.cleared is None:
            gone_at = max(self._newest or event.last_seen, event.last_seen + seconds(rule.bridge_gap_s))
            around = seconds(CLEARING_AROUND_S)
            for moment in (event.last_seen, gone_at):
                self._pin(draft, draft.clearing_pin, moment - around, moment + around)
            last = self._last_looks.get(draft.key)
            look = nearest_look((last,), event.last_seen) if last else None
            self._save(draft.model_copy(update={"cleared": event, "gone_at": gone_at, "last_look": look}))

    def _save(self, draft: Draft) -> None:
        """Remembers a draft, on disk too; what the disk refuses is tried again with the next seal_due()."""
        self._drafts[draft.key] = draft
        self._unsaved.discard(draft.key)
        try:
            self._store.save(draft)
        except StorageError as error:
            self._unsaved.add(draft.key)
            self._note_stuck(draft, str(error))

    def _save_again(self) -> None:
        with self._lock:
            unpinned, self._unpinned = self._unpinned, []
            for key in {*self._unsaved, *(key for key, *_ in unpinned)}:
                self._stuck.pop(key, None)
            for key in list(self._unsaved):
                self._save(self._drafts[key])
            for key, pin_id, start, end in unpinned:
                if draft := self._drafts.get(key):
                    self._pin(draft, pin_id, start, end)
            self._causes &= {one.why for one in self._stuck.values()}

    def _forget(self, draft: Draft | None) -> None:
        """Lets go of a draft that will give no package, if there is one."""
        if draft and draft.violation is None:
            self._let_go(draft)

    def _let_go(self, draft: Draft) -> None:
        self._drafts.pop(draft.key, None)
        self._lapses.pop(draft.key, None)
        self._stuck.pop(draft.key, None)
        self._unsaved.discard(draft.key)
        self._retry_at.pop(draft.key, None)
        self._last_pinned.pop(draft.key, None)
        self._last_looks.pop(draft.key, None)
        self._numbers.pop(draft.key, None)
        self._scene.recording.unpin(draft.key)
        self._scene.recording.unpin(draft.clearing_pin)
        try:
            self._store.remove(draft)
        except StorageError as error:
            _log.warning("%s", error)

    def _due(self, kind: str, now: datetime, *, final: bool) -> Iterator[Draft]:
        with self._lock:
            drafts = list(self._drafts.values())
            retry_at = dict(self._retry_at)
        for draft in drafts:
            span = draft.primary_span(self._post_roll_s) if kind == "primary" else draft.clearing_span()
            if span is None or (not final and now < retry_at.get(draft.key, now)):
                continue
            if final or self._is_ready(span, now):
                yield draft

    def _is_ready(self, span: tuple[datetime, datetime], now: datetime) -> bool:
        start, end = span
        if now < end:
            return False
        if self._live and now >= end + seconds(PATIENCE_S):
            return True
        return self._scene.recording.coverage(start, end) != "not_yet"

    def _attempt(self, draft: Draft, seal: Callable[[Draft], Sealed], now: datetime) -> Sealed | None:
        try:
            sealed = seal(draft)
        except Exception as error:  # noqa: BLE001  one bad draft must not keep the others from being sealed
            if not isinstance(error, JiejingError):
                _log.exception("%s: sealing failed in a way that nobody expected", draft.key)
            with self._lock:
                self._note_stuck(draft, str(error))
                self._retry_at[draft.key] = now + seconds(RETRY_S)
            return None
        with self._lock:
            if draft.key not in self._unsaved:
                self._stuck.pop(draft.key, None)
            self._retry_at.pop(draft.key, None)
        return sealed

    def _seal_primary(self, draft: Draft) -> Sealed:
        if draft.violation is None or draft.moment is None:
            raise EvidenceError(f"{draft.key}: no violation is noted in this draft; remove it")
        work = Primary(
            package_id=package_id(draft.opened.event_id, draft.opened.opening),
            draft=draft,
            violation=draft.violation,
            moment=draft.moment,
            scene=self._scene,
            frames=kept_frames(self._store.frames(draft)),
            post_roll_s=self._post_roll_s,
            clock_offset=self._sealer.clock_offset(),
            software=self._sealer.software,
        )
        seal = self._sealer.seal(self._packages, work.package_id, work.fill)
        link = Link(package_id=work.package_id, seq=seal.listing.seq, manifest_sha256=seal.manifest_sha256)
        with self._lock:
            self._lapses.pop(draft.key, None)
            self._scene.recording.unpin(draft.key)
            self._save(self._drafts[draft.key].model_copy(update={"primary": link}))
        self._store.drop_frames(draft)
        return _sealed(draft, seal)

    def _seal_clearing(self, draft: Draft) -> Sealed:
        if draft.cleared is None or draft.gone_at is None or draft.primary is None:
            raise EvidenceError(f"{draft.key}: no clearing is noted in this draft; remove it")
        work = Clearing(
            package_id=clearing_id(draft.opened.event_id, draft.opened.opening),
            draft=draft,
            cleared=draft.cleared,
            gone_at=draft.gone_at,
            primary=draft.primary,
            scene=self._scene,
            clock_offset=self._sealer.clock_offset(),
            software=self._sealer.software,
        )
        seal = self._sealer.seal(self._packages, work.package_id, work.fill)
        with self._lock:
            self._let_go(draft)
        return _sealed(draft, seal)

    def _note_stuck(self, draft: Draft, why: str) -> None:
        """Remembers what waits and since when; each cause is logged once for as long as it lasts."""
        former = self._stuck.get(draft.key)
        since = former.since if former else self._newest or draft.opened.last_seen
        self._stuck[draft.key] = Stuck(draft.opened.event_id, draft.opened.opening, why, since)
        if why not in self._causes:
            self._causes.add(why)
            _log.warning("camera %s: evidence waits: %s", self._scene.camera.id, why)

    def _lapse(self, draft: Draft) -> KeptFrames:
        return KeptFrames(self._store.frames(draft), draft.zone.violation_after_s or 0)


def _keep(lapses: list[KeptFrames], look: Look | None, utc: datetime, jpeg: bytes) -> None:
    for lapse in lapses:
        try:
            lapse.add(utc, jpeg, look)
        except OSError as error:
            _log.warning("a frame of a time-lapse could not be kept: %s", error.strerror)


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
