"""Copies a part of what was received into an .mp4, bit for bit."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from core.errors import RecordingError
from streams.errorlog import ErrorLog
from streams.graph import copy_arguments
from streams.lines import Packet, PacketList
from streams.process import FfmpegProcess

# ffmpeg refuses to copy nothing; a millisecond still gives the frame that is shown then.
_SHORTEST_S = 0.001


@dataclass(frozen=True, slots=True)
class Piece:
    """A file of a clip.

    Attributes:
        from_s: where in the file's own time stamps it is wanted from; copied from the key frame at or before, of which
            there must be one. None = from its first packet.
        takes_s: time from there to the beginning of the next piece.
    """

    path: Path
    from_s: float | None
    takes_s: float


@dataclass(frozen=True, slots=True)
class Copied:
    """What a copy really holds, in seconds from where the first piece was wanted from; begin_s is at most 0."""

    begin_s: float
    end_s: float


def copy_pieces(pieces: Sequence[Piece], length_s: float, path: Path, codec: str) -> Copied:
    """Copies `length_s` seconds of the pieces, one after the other, from the key frame at or before their beginning.

    Raises:
        RecordingError: they hold no video that an .mp4 can carry; no file is left behind.
        StorageError: ffmpeg cannot be started.
    """
    log = ErrorLog(path.name, str, time.monotonic)
    reader = PacketList()
    packets: list[Packet] = []

    def on_packet(line: str) -> None:
        if packet := reader.read(line):
            packets.append(packet)

    part = path.with_name(f".{path.name}.part")
    process = FfmpegProcess(
        lambda pipes: copy_arguments(part, pipes[0], until_s=max(length_s, _SHORTEST_S), codec=codec),
        on_stderr=log.take,
        on_pipes=(on_packet,),
        stdin=_script(pieces),
    )
    try:
        status = process.wait()
    finally:
        process.end()
    if status != 0 or not packets or not packets[0].key:
        part.unlink(missing_ok=True)
        raise RecordingError("streams.no_video_copied", name=path.name, cause=log.cause)
    part.replace(path)
    first_s = packets[0].pts_s
    zero_s = first_s if pieces[0].from_s is None else 0.0
    end_s = max(packet.pts_s + packet.duration_s for packet in packets)
    return Copied(begin_s=min(first_s - zero_s, 0.0), end_s=end_s - zero_s)


def _script(pieces: Sequence[Piece]) -> str:
    lines = ["ffconcat version 1.0"]
    for piece in pieces:
        quoted = str(piece.path.resolve()).replace("'", "'\\''")
        lines += [f"file 'file:{quoted}'", f"duration {piece.takes_s:.6f}"]
        if piece.from_s is not None:
            lines.append(f"inpoint {piece.from_s:.6f}")
    return "\n".join(lines) + "\n"
