"""The dossiers of one camera: what must be kept while something stays, and when it is sealed.

Two threads meet here. The one that reads the camera calls on_event and on_frame; they change small things under a short
lock. Another may call seal_due, which takes seconds (decoding, ffmpeg, flushing): it holds no lock that the first needs
but copies what is due, works, and notes the outcome on the draft as it then is.
"""

import logging
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from threading import Lock

from core.domain import Frame, Look, RuleEvent, Seen
from core.errors import JiejingError, StorageError
from core.messages import message_of
from core.ports import Recording
from core.rules import ZoneRule
from core.site import Camera, SiteInfo
from evidence.drafts.draft import Draft, draft_key, seconds, violation_moment
from evidence.drafts.pinned import Pinned
from evidence.drafts.remembered import Remembered
from evidence.drafts.sightings import Sightings
from evidence.drafts.waiting import Stuck, Waiting
from evidence.drawing.lettering import system_lettering
from evidence.drawing.pictures import blackened
from evidence.drawing.timelapse import KeptFrames, small_jpeg
from evidence.package.listing import Link
from evidence.packing.contents import Scene
from evidence.packing.facts import rule_facts, source_facts
from evidence.packing.packing import Keeping, Packer, Sealed
from evidence.signing.seal import Sealer

__all__ = ["Dossiers", "Sealed", "Stuck"]

_log = logging.getLogger(__name__)

PATIENCE_S = 60.0  # how long a live stream may owe the seconds after a violation
RETRY_S = 10.0  # between two attempts at a draft that could not be sealed


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
        self._packer = Packer(self._scene, packages, sealer, post_roll_s)
        self._post_roll_s = post_roll_s
        self._live = live
        self._lock = Lock()
        self._sealing = Lock()
        self._waiting = Waiting(camera.id)
        self._kept = Remembered(drafts / camera.id, sealer, self._waiting)
        self._pins = Pinned(recording, post_roll_s)
        self._sightings = Sightings()
        self._retry_at: dict[str, datetime] = {}
        self._newest: datetime | None = None
        self._watched = False

    @property
    def stuck(self) -> tuple[Stuck, ...]:
        """What could not be written or sealed so far, and why."""
        with self._lock:
            return self._waiting.all

    def on_event(self, event: RuleEvent, rule: ZoneRule) -> None:
        """Follows a change of state.

        A candidate of a zone that only observes is kept like any other, as the observation may end before its time is
        up; a violation that is observed gives no package. Of an opening whose draft is not what was written nothing
        more is kept.
        """
        with self._lock:
            if draft_key(event) in self._kept.refused:
                return
            draft = self._kept.drafts.get(draft_key(event))
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
                draft = self._kept.drafts.get(draft_key(event))
                if draft:
                    self._sightings.follow(draft.key, event)
                if draft and draft.violation is None:
                    self._keep_rests(draft, event)
                elif draft and draft.cleared is None:
                    self._keep_last_seen(draft, event.last_seen)

    def on_frame(self, frame: Frame, seen: Iterable[Seen] | None = None) -> None:
        """Keeps what the open candidates need of a frame, after its events were told: a small picture now and then, the
        middle's pin, and what was detected at the moments of the stills.

        Args:
            seen: what was detected in it; None = it was not looked at.
        """
        look = None if seen is None else Look(frame.utc, frame.size_wh, tuple(seen))
        with self._lock:
            self._newest = frame.utc
            here = [one for one in self._kept.drafts.values() if one.opened.preset_id == frame.preset_id]
            if look:
                self._take_look(here, look)
            open_now = [draft for draft in here if draft.violation is None]
            for draft in open_now:
                if frame.utc >= draft.middle_at:
                    self._seek_middle(draft, frame.utc, look)
            lapses = [self._kept.lapses[draft.key] for draft in open_now]
            wanting = [lapse for lapse in lapses if lapse.wants(frame.utc)]
        if wanting:
            _keep(wanting, look, frame.utc, small_jpeg(blackened(frame.image, self._scene.camera.privacy_masks)))

    def release_others(self, open_events: Collection[str]) -> None:
        """Lets go of candidates, and of sealed drafts that await their clearing, whose events the rules no longer know.

        For the start after a restart, when the rules have taken up what they knew. What is due is sealed all the same.
        """
        with self._lock:
            for draft in list(self._kept.drafts.values()):
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
            self._try_again()
            self._watch(now)
            for kind, seal in (("primary", self._seal_primary), ("supplement", self._seal_clearing)):
                for draft in self._due(kind, now, final=final):
                    result = self._attempt(draft, seal, now)
                    if result:
                        sealed.append(result)
        return sealed

    def _open(self, event: RuleEvent, rule: ZoneRule) -> Draft:
        middle_at = event.still_since + seconds(rule.violation_after_s / 2)
        rest = self._sightings.at(event.still_since)
        draft = Draft(
            rule=rule_facts(rule),
            opened=event,
            middle_at=middle_at,
            rests=(event.still_since,),
            rest_looks=(rest,) if rest else (),
        )
        self._kept.open(draft)
        self._sightings.follow(draft.key, event)
        with self._noting(draft):
            self._pins.first(draft, event.still_since)
        self._save(draft)
        if middle_at <= event.last_seen:
            look = self._sightings.at(middle_at)
            self._keep_middle(
                draft, middle_at, look if look and self._sightings.in_sight(draft, look) else None, sought=True
            )
        with self._noting(draft):
            self._kept.records[draft.key].watch(self._pins.held(draft))
        return self._kept.drafts[draft.key]

    def _keep_rests(self, draft: Draft, event: RuleEvent) -> None:
        fresh = {member.still_since for member in event.members} - set(draft.rests)
        for still_since in fresh:
            with self._noting(draft):
                self._pins.first(draft, still_since)
        looks = [look for moment in sorted(fresh) if (look := self._sightings.at(moment))]
        if fresh:
            rests, rest_looks = (*draft.rests, *sorted(fresh)), (*draft.rest_looks, *looks)
            self._save(draft.model_copy(update={"rests": rests, "rest_looks": rest_looks}))

    def _keep_last_seen(self, draft: Draft, last_seen: datetime) -> None:
        with self._noting(draft):
            kept_from = self._pins.last_seen(draft, last_seen)
            if kept_from and draft.primary:
                self._kept.records[draft.key].release(kept_from)

    def _keep_middle(self, draft: Draft, moment: datetime, look: Look | None, *, sought: bool = False) -> None:
        """Keeps a moment as the middle; one at which the thing was not seen is `sought` on for a better one."""
        with self._noting(draft):
            self._pins.middle(draft, moment)
        middle = {"middle_at": moment, "middle_look": look, "middle_pinned": True, "middle_sought": sought}
        self._save(draft.model_copy(update=middle))

    def _note_violation(self, draft: Draft, event: RuleEvent) -> None:
        self._keep_rests(draft, event)
        draft = self._kept.drafts[draft.key]
        with self._noting(draft):
            self._pins.violation(draft, violation_moment(event))
        self._save(draft.model_copy(update={"violation": event}))

    def _take_look(self, drafts: Iterable[Draft], look: Look) -> None:
        """Remembers what was detected, for stills whose moment is known only later."""
        self._sightings.add(look)
        for draft in drafts:
            if draft.violation and draft.moment == look.utc:
                self._save(draft.model_copy(update={"violation_look": look}))
            if draft.violation:
                self._sightings.note_last(draft, look)

    def _seek_middle(self, draft: Draft, now: datetime, look: Look | None) -> None:
        """Keeps the middle: the frame nearest to it in which the thing was detected."""
        seen, known = look if look and self._sightings.in_sight(draft, look) else None, draft.middle_look
        if draft.middle_pinned and not draft.middle_sought:
            return
        if draft.middle_pinned:
            if seen and (known is None or abs(now - draft.middle_wanted) < abs(known.utc - draft.middle_wanted)):
                self._keep_middle(draft, now, seen)
            elif seen:
                self._save(draft.model_copy(update={"middle_sought": False}))
            return
        best = seen or self._sightings.newest_of(draft, draft.opened.still_since)
        self._keep_middle(draft, best.utc if best else now, best, sought=seen is None)

    def _clear(self, draft: Draft | None, event: RuleEvent, rule: ZoneRule) -> None:
        if draft is None or draft.violation is None:
            self._forget(draft)
        elif draft.cleared is None:
            gone_at = max(self._newest or event.last_seen, event.last_seen + seconds(rule.bridge_gap_s))
            for moment in (event.last_seen, gone_at):
                with self._noting(draft):
                    self._pins.clearing(draft, moment)
            look = self._sightings.last_at(draft, event.last_seen)
            self._save(draft.model_copy(update={"cleared": event, "gone_at": gone_at, "last_look": look}))

    def _save(self, draft: Draft) -> None:
        self._kept.save(draft, self._newest)

    @contextmanager
    def _noting(self, draft: Draft) -> Iterator[None]:
        """What the disk refuses waits, and is tried again with the next seal_due(); the camera goes on."""
        try:
            yield
        except StorageError as error:
            self._waiting.note(draft, error.message, self._newest)

    def _try_again(self) -> None:
        """What the disk refused before."""
        with self._lock:
            unsaved = list(self._kept.unsaved)
            for key in {*unsaved, *self._pins.refused}:
                self._waiting.end(key)
            for key in unsaved:
                self._save(self._kept.drafts[key])
            for key, why in self._pins.again(self._kept.drafts):
                self._waiting.note(self._kept.drafts[key], why, self._newest)
            self._waiting.settle()

    def _watch(self, now: datetime) -> None:
        """Notes the segments that have come since, before anybody can change them unseen. What was to come PATIENCE_S
        ago is there and noted, or never comes.
        """
        since = now - seconds(PATIENCE_S) if self._watched else None
        self._watched = True
        with self._lock:
            drafts = [(one, self._kept.records[one.key]) for one in self._kept.drafts.values()]
        for draft, record in drafts:
            with self._noting(draft):
                record.watch(self._pins.held(draft, since))

    def _forget(self, draft: Draft | None) -> None:
        """Lets go of a draft that will give no package, if there is one."""
        if draft and draft.violation is None:
            self._let_go(draft)

    def _let_go(self, draft: Draft) -> None:
        self._retry_at.pop(draft.key, None)
        self._sightings.forget(draft.key)
        self._pins.release_all(draft)
        self._kept.let_go(draft)

    def _due(self, kind: str, now: datetime, *, final: bool) -> Iterator[Draft]:
        with self._lock:
            drafts = list(self._kept.drafts.values())
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

    def _attempt(self, draft: Draft, seal: Callable[[Keeping], Sealed], now: datetime) -> Sealed | None:
        try:
            with self._lock:
                record = self._kept.records[draft.key]
            record.watch(self._pins.held(draft))
            sealed = seal(Keeping(draft, self._kept.file(draft), self._kept.frames(draft), record))
        except Exception as error:  # noqa: BLE001  one bad draft must not keep the others from being sealed
            if not isinstance(error, JiejingError):
                _log.exception("%s: sealing failed in a way that nobody expected", draft.key)
            with self._lock:
                self._waiting.note(draft, message_of(error), self._newest)
                self._retry_at[draft.key] = now + seconds(RETRY_S)
            return None
        with self._lock:
            if draft.key not in self._kept.unsaved:
                self._waiting.end(draft.key)
            self._retry_at.pop(draft.key, None)
        return sealed

    def _seal_primary(self, kept: Keeping) -> Sealed:
        sealed = self._packer.primary(kept)
        link = Link(package_id=sealed.package_id, seq=sealed.seq, manifest_sha256=sealed.manifest_sha256)
        with self._lock:
            self._kept.close_primary(kept.draft, sealed.package_id)
            self._pins.release(kept.draft)
            self._save(self._kept.drafts[kept.draft.key].model_copy(update={"primary": link}))
        self._kept.drop_frames(kept.draft)
        return sealed

    def _seal_clearing(self, kept: Keeping) -> Sealed:
        sealed = self._packer.clearing(kept)
        with self._lock:
            self._let_go(kept.draft)
        return sealed


def _keep(lapses: list[KeptFrames], look: Look | None, utc: datetime, jpeg: bytes) -> None:
    for lapse in lapses:
        try:
            lapse.add(utc, jpeg, look)
        except StorageError as error:
            _log.warning("a frame of a time-lapse could not be kept: %s", error)
