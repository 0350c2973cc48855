"""A camera's stream as a source of frames, recorded as received."""

import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

from core.clock import Clock
from core.domain import Frame
from core.errors import SourceError, StreamError
from core.health import StreamState
from core.messages import Message
from core.settings import Settings
from core.site import Sampling
from streams.address import Address, open_allowed
from streams.leaps import Leaps
from streams.ring import Ring
from streams.sampling import ENOUGH_KEY_FRAMES, JITTER_S, MEASURE_S, keys_suffice
from streams.session import Sampled, Sampler, Session

_RECHECK_DISK_S = 10.0


class LiveSource:
    """One RTSP camera; implements core.ports.FrameSource.

    One ffmpeg process reads the stream: it copies the received bits into the ring and gives sampled frames. With a
    `detect_source` there are two: `source` is recorded, the frames come from `detect_source`. Mode auto looks at the
    packets of a first, short connection and decodes key frames alone where the GOP is no longer than the interval.
    """

    def __init__(  # noqa: PLR0913 (a camera is described by so many things)
        self,
        camera_id: str,
        source: str,
        *,
        settings: Settings,
        clock: Clock,
        ring_dir: Path,
        sampling: Sampling,
        detect_source: str | None = None,
        preset_id: str = "1",
    ) -> None:
        """Prepares; nothing is opened before frames().

        Args:
            ring_dir: this camera's own folder for the recording.

        Raises:
            SourceError: a source is not allowed.
            StorageError: the folder cannot be made.
        """
        self._camera_id = camera_id
        self._preset_id = preset_id
        self._settings = settings
        self._clock = clock
        self._sampling = sampling
        self._source = _stream_only(open_allowed(source, settings))
        self._detect = _stream_only(open_allowed(detect_source, settings)) if detect_source else None
        self._ring = Ring(ring_dir, settings.ring_s, settings.ring_max_mb, settings.min_free_mb, clock)
        self._sampler: Sampler | None = None
        self._lock = threading.Lock()
        self._sessions: list[Session] = []
        self._leaps: dict[str, Leaps] = {}
        self._closed = False
        self._state = StreamState(camera_id, "connecting", clock.utc(), interval_s=sampling.interval_s)

    @property
    def recording(self) -> Ring:
        """The ring that holds what was received."""
        return self._ring

    @property
    def interval_s(self) -> float:
        """Seconds between two frames: what was asked for, or the GOP where only key frames are decoded."""
        state = self._state
        if self._sampler and self._sampler.keys_only:
            return max(self._sampling.interval_s, state.gop_s or 0.0)
        return self._sampling.interval_s

    def state(self) -> StreamState:
        """The figures of this moment."""
        with self._lock:
            return replace(self._state, error=self._state.error or self._ring.error)

    def frames(self) -> Iterator[Frame]:
        """Connects and yields frames until the stream fails; ends normally only after close().

        Raises:
            StreamError: the stream failed or stalled; worth another try.
            StorageError: ffmpeg cannot be started.
        """
        self._enter("connecting")
        try:
            while not self._closed:
                self._sampler = self._sampler or self._decide()
                yield from self._connection(self._sampler)
        except StreamError as error:
            self._enter("waiting", error=error.message, failures=self._state.failures + 1)
            raise
        finally:
            self._end_sessions()
        self._enter("stopped")

    def close(self) -> None:
        """Ends every process of this source; safe to call twice and from another thread."""
        with self._lock:
            self._closed = True
        self._end_sessions()

    def _connection(self, sampler: Sampler) -> Iterator[Frame]:
        """One connection; returns where it should be made anew, in another way."""
        ring = self._ring if self._ring.has_room() else None
        recorder = self._open(self._source, ring=ring, sampler=None if self._detect else sampler)
        watcher = self._open(self._detect, sampler=sampler) if self._detect else recorder
        looked_at_s = self._clock.mono_s()
        for sampled in watcher.frames():
            if recorder is not watcher:
                recorder.check()
            self._measure(watcher)
            if sampled:
                yield self._frame(watcher, sampled)
            if self._gop_outgrew(watcher, sampler):
                # Measured here: measuring again could find otherwise, and so never come to an end.
                self._sampler = self._told(Sampler(sampler.interval_s, keys_only=False))
                break
            if ring is None and self._clock.mono_s() - looked_at_s > _RECHECK_DISK_S:
                if self._ring.has_room():
                    break
                looked_at_s = self._clock.mono_s()
        self._end_sessions()

    def _decide(self) -> Sampler:
        mode = self._sampling.mode
        keys_only = self._keys_suffice() if mode == "auto" else mode == "keyframe"
        return self._told(Sampler(self._sampling.interval_s, keys_only))

    def _told(self, sampler: Sampler) -> Sampler:
        self._note(sampling="keyframe" if sampler.keys_only else "interval")
        return sampler

    def _keys_suffice(self) -> bool:
        """Measures the GOP on a connection that only counts packets."""
        session = self._open(self._detect or self._source)
        until_s = self._clock.mono_s() + self._settings.stall_s + MEASURE_S
        answer: bool | None = None
        for _ in session.frames():
            self._measure(session)
            answer = keys_suffice(session.stats, self._sampling.interval_s)
            if answer is not None or self._clock.mono_s() > until_s:
                break
        self._end_sessions()
        return bool(answer)

    def _gop_outgrew(self, session: Session, sampler: Sampler) -> bool:
        """Whether key frames alone have become too rare since auto decided for them."""
        if self._sampling.mode != "auto" or not sampler.keys_only:
            return False
        stats, most_s = session.stats, sampler.interval_s + JITTER_S
        often = stats.key_count > ENOUGH_KEY_FRAMES and (stats.gop_s or 0.0) > most_s
        return often or stats.since_key_s > ENOUGH_KEY_FRAMES * most_s

    def _open(self, address: Address, *, ring: Ring | None = None, sampler: Sampler | None = None) -> Session:
        leaps = self._leaps.setdefault(address.shown, Leaps(address.shown, self._clock.mono_s))
        session = Session(address, settings=self._settings, clock=self._clock, ring=ring, sampler=sampler, leaps=leaps)
        with self._lock:
            self._sessions.append(session)
            closed = self._closed
        if closed:
            session.close()
        return session

    def _end_sessions(self) -> None:
        with self._lock:
            sessions = list(self._sessions)
        for session in sessions:
            session.close()
        # Only now: whoever else closes this source must wait for its processes too.
        with self._lock:
            self._sessions = [session for session in self._sessions if session not in sessions]

    def _frame(self, session: Session, sampled: Sampled) -> Frame:
        if self._state.status != "online":
            self._enter("online", failures=0)
        self._note(
            last_frame_utc=sampled.utc,
            delay_s=self._clock.mono_s() - sampled.mono_s,
            frames=self._state.frames + 1,
            size_wh=(sampled.image.shape[1], sampled.image.shape[0]),
        )
        return Frame(
            camera_id=self._camera_id,
            utc=sampled.utc,
            mono_s=sampled.mono_s,
            stream_s=sampled.stream_s,
            session=session.name,
            image=sampled.image,
            preset_id=self._preset_id,
        )

    def _measure(self, session: Session) -> None:
        stats, info = session.stats, session.info
        self._note(
            codec=info.codec if info else None,
            real_fps=stats.real_fps,
            gop_s=stats.gop_s or self._state.gop_s,
            interval_s=self.interval_s,
            dropped=session.dropped,
            error=session.trouble,
        )

    def _enter(self, status: Any, *, error: Message | None = None, failures: int | None = None) -> None:
        changes: dict[str, Any] = {} if failures is None else {"failures": failures}
        since: datetime = self._clock.utc()
        self._note(status=status, since=since, error=error, **changes)

    def _note(self, **figures: Any) -> None:
        with self._lock:
            self._state = replace(self._state, **figures)


def _stream_only(address: Address) -> Address:
    if address.path:
        raise SourceError("streams.source_is_recorded_file", address=address.shown)
    return address
