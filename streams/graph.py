"""The ffmpeg graphs of the house, as argument lists.

A live process has up to three outputs: one line a packet (the heartbeat, the real frame rate, the GOP and the arrival
times), the copied segments, and the decoded frames. "No frame" is no stall, as key frames may be 25 s apart; "no
packet" is one, and the packet list tells it.
"""

from pathlib import Path
from typing import Any

import ffmpeg

from core.settings import Settings
from streams.address import Address

SEGMENT_S = 4
# Stream time starts here, not at zero, so that no packet (B-frames decode before they are shown) gets a negative time,
# which muxers would shift, each on its own.
START_S = 4
# Containers that describe their own pictures. Play lists are left out: they name other files.
CONTAINERS = "mov,matroska,avi,mpegts,mpeg,flv,asf,h264,hevc,m4v,mpegvideo,dhav,mxf,ogg"
_GLOBAL = ("-hide_banner", "-nostats", "-y", "-loglevel", "repeat+level+info")
# Faults of ffmpeg's RTSP input are mended here: its first packet never has a time (its parser looks at a byte position
# that packets from a network do not have), and the decoding times it guesses then may lie after true ones. A later
# packet without a time had one that cannot be (see `live_arguments`): it follows the one before.
_MEND_TIMES = (
    "setts=pts='if(eq(PTS,NOPTS),if(gt(N,0),PREV_OUTPTS+DURATION,NEXT_PTS-DURATION),PTS)'"
    ":dts='if(eq(PTS,NOPTS)*gt(N,0),PREV_OUTDTS+DURATION,max(DTS,N))'"
)


def live_script(address: Address, settings: Settings) -> str:
    """The concat script for ffmpeg's standard input: the one place where a stream's credentials stand."""
    quoted = address.url.replace("'", "'\\''")
    return (
        "ffconcat version 1.0\n"
        f"file '{quoted}'\n"
        f"option rtsp_transport {settings.rtsp_transport}\n"
        f"option timeout {round(settings.stall_s * 1e6)}\n"
        "option allowed_media_types video\n"
        # the rate is measured here: no need to wait for the twenty frames that ffmpeg would guess it from
        "option fpsprobesize 2\n"
    )


def live_arguments(
    *,
    packets: str,
    segments: str | None,
    segment_list: str,
    sample_s: float | None,
    keys_only: bool,
    leap_s: float,
) -> list[str]:
    """Reads a stream described by `live_script` on standard input.

    Args:
        packets: pipe for one framecrc line a packet.
        segments, segment_list: pattern of the segment files, and the pipe for their list; None = no recording.
        sample_s: seconds between two decoded frames on standard output; None = nothing is decoded.
        keys_only: only key frames are decoded.
        leap_s: a time stamp further from where the stream should be is no time of the picture (a camera set its clock,
            a recorder stamps single frames far away). ffmpeg takes it away and counts on at the frame rate, for packets
            and frames alike, until time stamps fit again. It says so in a line for each, see `lines.leap_of`.
    """
    # One thread: frame threads hold back as many frames, which are as many seconds where key frames alone are decoded.
    decoder: dict[str, Any] = {"threads": 1}
    if keys_only:
        # low_delay: no reordering, which would hold each key frame back until the next
        decoder |= {"skip_frame": "nokey", "flags": "low_delay"}
    stream = ffmpeg.input(
        "pipe:0",
        format="concat",
        safe=0,
        protocol_whitelist="pipe,rtsp,rtsps,rtp,srtp,tcp,udp,tls",
        itsoffset=START_S,
        **decoder,
    )["v:0"]
    # No mending here: that filter holds each packet back until the next, and this list says when packets come.
    outputs = [stream.output(packets, format="framecrc", c="copy", flush_packets=1, copyinkf=None)]
    if segments:
        outputs.append(
            stream.output(
                segments,
                format="segment",
                segment_time=SEGMENT_S,
                segment_format="matroska",
                segment_list=segment_list,
                segment_list_type="csv",
                c="copy",
                **{"bsf:v": _MEND_TIMES},
            )
        )
    if sample_s is not None:
        outputs.append(_frames(sampled(stream, sample_s)))
    return compiled(*outputs, "-dts_error_threshold", f"{leap_s:g}")


def file_arguments(path: Path, *, sample_s: float, keys_only: bool) -> list[str]:
    """Decodes a file and gives the first frame at or after each multiple of `sample_s` on standard output."""
    decoder = {"skip_frame": "nokey"} if keys_only else {}
    return compiled(_frames(sampled(file_input(path, **decoder)["V:0"], sample_s)))


def window_arguments(path: Path, from_s: float | None) -> list[str]:
    """Gives every frame of a file from `from_s` on (None = from the first), with the file's own time stamps.

    Decoding starts at the key frame that the container finds before from_s.
    """
    if from_s is None:
        return compiled(_frames(file_input(path)["V:0"]), "-copyts")
    stream = file_input(path, ss=f"{from_s:.6f}", seek_timestamp=1, noaccurate_seek=None)["V:0"]
    return compiled(_frames(stream.filter("select", f"gte(t,{from_s:.6f})")), "-copyts")


def copy_arguments(path: Path, packets: str, *, until_s: float, codec: str) -> list[str]:
    """Copies what the concat script on standard input names into an .mp4, without re-encoding.

    The same input gives the same bytes each time.

    Args:
        packets: pipe for one framecrc line a packet.
        until_s: seconds of the script's time line after which nothing more is copied.
    """
    stream = ffmpeg.input(
        "pipe:0",
        format="concat",
        safe=0,
        fflags="+genpts",
        protocol_whitelist="pipe,file",
        format_whitelist=f"concat,{CONTAINERS}",
    )["V:0"]
    copied = {"c": "copy", "to": f"{until_s:.6f}"}
    tag = {"tag:v": "hvc1"} if codec == "hevc" else {}
    clip = stream.output(
        f"file:{path}",
        format="mp4",
        movflags="+faststart",
        fflags="+bitexact",
        map_metadata=-1,
        avoid_negative_ts="make_zero",
        **copied,
        **tag,
    )
    return compiled(clip, stream.output(packets, format="framecrc", **copied), "-copyts")


def packets_arguments(path: Path, packets: str, *, until_s: float) -> list[str]:
    """Lists the packets of a file until `until_s` of its own time: one framecrc line a packet on a pipe."""
    stream = file_input(path)["V:0"]
    return compiled(stream.output(packets, format="framecrc", c="copy", to=f"{until_s:.6f}"), "-copyts")


def mending_arguments(path: Path, leap_s: float, mended: Path | None) -> list[str]:
    """Reads a file once, and copies it with time stamps that go on evenly where its own leap; see `live_arguments`.

    Args:
        leap_s: a time stamp further from where the film should be is taken away. ffmpeg says so in a line for each.
        mended: the copy, a .mkv; None = the file is only read.
    """
    stream = file_input(path)["V:0"]
    way = {"format": "null"} if mended is None else {"format": "matroska", "bsf:v": _MEND_TIMES}
    copied = stream.output("-" if mended is None else f"file:{mended}", c="copy", **way)
    return compiled(copied, "-dts_error_threshold", f"{leap_s:g}")


def file_input(path: Path, **options: Any) -> Any:
    """A recorded file as an input: nothing but files, and no play lists."""
    return ffmpeg.input(f"file:{path}", protocol_whitelist="file", format_whitelist=CONTAINERS, **options)


def sampled(stream: Any, sample_s: float) -> Any:
    """The first frame at or after each multiple of sample_s, counted from the first frame."""
    turn, last_turn = (f"floor((({t})-start_t)/{sample_s:g}+1e-6)" for t in ("t", "prev_selected_t"))
    return stream.filter("select", f"isnan(prev_selected_t)+gt({turn},{last_turn})")


def compiled(*outputs_and_flags: Any) -> list[str]:
    """The argument list of several outputs of one process; strings are global flags."""
    flags = [item for item in outputs_and_flags if isinstance(item, str)]
    outputs = [item for item in outputs_and_flags if not isinstance(item, str)]
    command: list[str] = ffmpeg.merge_outputs(*outputs).global_args(*flags, *_GLOBAL).compile()
    return command


def _frames(stream: Any) -> Any:
    # One thread and flushing, or frames wait: the raw "encoder" holds one back for each thread, the output its tail.
    return stream.filter("showinfo", checksum=0).output(
        "pipe:1", format="rawvideo", pix_fmt="bgr24", fps_mode="passthrough", threads=1, flush_packets=1
    )
