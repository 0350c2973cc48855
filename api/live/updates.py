"""What changes, told to everybody who watches, by one task for all of them.

Workers are other processes, on PostgreSQL even other machines; what they share with this one is the data base. So once
a second it is asked what came after the last change: one indexed query, whatever the number of watchers. PostgreSQL
could notify, SQLite could not: one way for both is simpler, and a second is soon enough for people. While nobody
watches nothing is asked.
"""

import asyncio
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal, Self

from sqlalchemy import Engine

from api.http.services import Services
from api.http.tasks import ended, kept
from core.clock import Clock
from core.duties import Duty
from core.errors import InputError
from core.policy.review import ChangeKind
from store.events.live_changes import KEPT, LiveChanges

POLL_S = 1.0
# Whoever falls further behind is cut off, and catches up when the browser connects again.
BATCHES_HELD = 100
# Whoever missed more loads anew.
MOST_TO_CATCH_UP = 1000
# So many windows one account watches from; with one more the oldest is told so, and asks again later.
MOST_OF_ACCOUNT = 8

MessageKind = ChangeKind | Literal["decided", "reload", "superseded"]


@dataclass(frozen=True, slots=True)
class Cursor:
    """How far somebody has been told: the last change, and the moment up to which decisions were final."""

    seq: int
    final: datetime

    def encode(self) -> str:
        """The id of a message, which browsers send back as Last-Event-ID."""
        return f"{self.seq}-{round(self.final.timestamp() * 1e6)}"

    @classmethod
    def decode(cls, text: str) -> Self:
        """The cursor of such an id.

        Raises:
            InputError: it was not given out here.
        """
        try:
            seq, _, micros = text.partition("-")
            return cls(int(seq), datetime.fromtimestamp(0, UTC) + timedelta(microseconds=int(micros)))
        except (ValueError, OverflowError) as error:
            raise InputError("api.last_event_id_unknown") from error


@dataclass(frozen=True, slots=True)
class Message:
    """One thing that changed. `org`: the node of the event; `event_id` is None of a reload, and of the last message to
    a watcher whose account watches from too many windows; `opening` is None of what concerns all of an event."""

    kind: MessageKind
    event_id: str | None = None
    camera_id: str | None = None
    org: str | None = None
    opening: int | None = None


@dataclass(frozen=True, slots=True)
class Batch:
    """What changed at once, and the cursor behind it."""

    messages: tuple[Message, ...]
    cursor: Cursor


class LiveHub:
    """Asks the data base while somebody watches, and hands what it finds to all who do."""

    def __init__(self, engine: Engine, clock: Clock, poll_s: float = POLL_S, duty: Duty | None = None) -> None:
        self._changes = LiveChanges(engine)
        self._clock = clock
        self._poll_s = poll_s
        self._duty = duty or Duty("live updates", clock)
        # By the account of each, the oldest first.
        self._watchers: dict[asyncio.Queue[Batch | None], int | None] = {}
        self._task: asyncio.Task[None] | None = None
        self._cursor = Cursor(0, datetime.fromtimestamp(0, UTC))

    @property
    def is_asking(self) -> bool:
        """Whether the data base is being asked: only while somebody watches."""
        return self._task is not None

    async def follow(self, after: Cursor | None = None, account: int | None = None) -> AsyncGenerator[Batch]:
        """Everything that changes from now on, or after a cursor; ends when this watcher falls too far behind, or the
        account watches from more than MOST_OF_ACCOUNT windows, of which this is the oldest.

        Args:
            account: whose it is; None = nobody's that is counted.

        Raises:
            StorageError: the data base refuses.
        """
        queue: asyncio.Queue[Batch | None] = asyncio.Queue(BATCHES_HELD)
        if not self._watchers:
            self._cursor = await asyncio.to_thread(self._now)
        here = self._cursor
        self._make_room(account)
        self._watchers[queue] = account
        try:
            if self._task is None:
                self._task = asyncio.create_task(kept(self._duty, self._ask))
            yield await asyncio.to_thread(self._missed, after, here) if after else Batch((), here)
            while (batch := await queue.get()) is not None:
                yield batch
        finally:
            self._watchers.pop(queue, None)
            if not self._watchers:
                await self._rest()

    def end(self) -> None:
        """Ends every watcher's stream: the server goes, and browsers connect again to the next one."""
        for queue in tuple(self._watchers):
            self._drop(queue)

    async def _ask(self) -> None:
        while True:
            await asyncio.sleep(self._poll_s)
            batch = await asyncio.to_thread(self._between, self._cursor, self._clock.utc())
            self._duty.well()
            self._cursor = batch.cursor
            if batch.messages:
                self._hand_out(batch)

    def _hand_out(self, batch: Batch) -> None:
        for queue in tuple(self._watchers):
            if queue.full():
                self._drop(queue)
            else:
                queue.put_nowait(batch)

    def _make_room(self, account: int | None) -> None:
        theirs = [queue for queue, one in self._watchers.items() if account is not None and one == account]
        for queue in theirs[: len(theirs) - MOST_OF_ACCOUNT + 1] if len(theirs) >= MOST_OF_ACCOUNT else []:
            if not queue.full():
                queue.put_nowait(Batch((Message("superseded"),), self._cursor))
            self._drop(queue)

    def _drop(self, queue: asyncio.Queue[Batch | None]) -> None:
        self._watchers.pop(queue, None)
        if queue.full():
            queue.get_nowait()
        queue.put_nowait(None)

    async def _rest(self) -> None:
        task, self._task = self._task, None
        await ended(task)

    def _now(self) -> Cursor:
        last = self._changes.last()
        self._changes.forget(last - KEPT)
        return Cursor(last, self._clock.utc())

    def _missed(self, after: Cursor, here: Cursor) -> Batch:
        """What came between two cursors; if it cannot be told any more, or is too much, the order to load anew."""
        too_far = here.seq - after.seq > MOST_TO_CATCH_UP or after.seq > here.seq
        too_long = here.final - after.final > timedelta(hours=1)
        if too_far or too_long or after.seq + 1 < self._changes.first():
            return Batch((Message("reload"),), here)
        found = self._between(after, here.final)
        return Batch(found.messages, here)

    def _between(self, after: Cursor, now: datetime) -> Batch:
        changes = self._changes.after(after.seq)
        final = self._changes.final_between(after.final, now)
        told = [Message(one.kind, one.event_id, one.camera_id, one.org, one.opening) for one in changes]
        told += [Message("decided", *one) for one in final]
        return Batch(tuple(told), Cursor(changes[-1].seq if changes else after.seq, max(now, after.final)))


def live_hub(services: Services) -> LiveHub:
    """The hub of an application; to be asked for with `Services.shared`."""
    return LiveHub(services.engine, services.clock, duty=services.duties.of("live updates", longest_pause_s=5))
