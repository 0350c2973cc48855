#!/usr/bin/python3
"""Serves recorded .mp4 files (H.264 or H.265) over RTSP, for demonstrations and tests.

    /usr/bin/python3 streams/rtsp_server.py --port 0 NAME=FILE.mp4 [NAME2=FILE2.mp4 ...] [--loop]

A program of its own: it needs GStreamer's RTSP server and PyGObject, which live with the system's interpreter only. It
prints one rtsp:// line a stream once it serves, and ends on SIGTERM or when the pipe at its standard input closes.
With RTSP_LOGIN=user:password in its environment it asks every client for that login.
"""

import argparse
import os
import signal
import stat
import sys
from dataclasses import dataclass
from typing import Any

import gi

gi.require_version("Gst", "1.0")
gi.require_version("GstApp", "1.0")
gi.require_version("GstRtspServer", "1.0")
from gi.repository import GLib, Gst, GstApp, GstRtspServer  # noqa: E402, F401 (GstApp gives appsink its methods)

PAYLOADERS = {
    "video/x-h264": "h264parse ! rtph264pay name=pay0 pt=96 config-interval=-1",
    "video/x-h265": "h265parse ! rtph265pay name=pay0 pt=96 config-interval=-1",
}


@dataclass(frozen=True)
class AccessUnit:
    """One coded picture; times in nanoseconds from the first decoding time of the file."""

    data: bytes
    pts_ns: int
    dts_ns: int
    duration_ns: int
    key: bool


@dataclass(frozen=True)
class Clip:
    """The video track of a file, in decoding order. `length_ns` is what one turn of a loop takes."""

    caps: Any
    units: "list[AccessUnit]"
    length_ns: int


def read_clip(path: str) -> Clip:
    """Reads all access units of an .mp4 as they are, without parsing or re-encoding them."""
    pipeline = Gst.parse_launch("filesrc name=file ! qtdemux name=demux demux.video_0 ! appsink name=sink sync=false")
    pipeline.get_by_name("file").set_property("location", path)
    sink = pipeline.get_by_name("sink")
    pipeline.set_state(Gst.State.PLAYING)
    try:
        samples = list(iter(lambda: sink.try_pull_sample(10 * Gst.SECOND), None))
    finally:
        pipeline.set_state(Gst.State.NULL)
    if not samples:
        raise SystemExit(f"{path}: no video track that can be served; give an .mp4 with H.264 or H.265")
    units = [_access_unit(sample.get_buffer()) for sample in samples]
    zero_ns = units[0].dts_ns
    units = [
        AccessUnit(unit.data, unit.pts_ns - zero_ns, unit.dts_ns - zero_ns, unit.duration_ns, unit.key)
        for unit in units
    ]
    return Clip(samples[0].get_caps(), units, units[-1].dts_ns + units[-1].duration_ns)


def _access_unit(buffer: Any) -> AccessUnit:
    dts = buffer.pts if buffer.dts == Gst.CLOCK_TIME_NONE else buffer.dts
    key = not buffer.has_flags(Gst.BufferFlags.DELTA_UNIT)
    return AccessUnit(buffer.extract_dup(0, buffer.get_size()), buffer.pts, dts, buffer.duration, key)


class Player:
    """Feeds one client from the beginning of a clip; a loop goes on with rising times."""

    def __init__(self, clip: Clip, *, loop: bool) -> None:
        self._clip = clip
        self._loop = loop
        self._next = 0

    def feed(self, source: Any, _length: int) -> None:
        turn, index = divmod(self._next, len(self._clip.units))
        if turn and not self._loop:
            source.emit("end-of-stream")
            return
        self._next += 1
        unit = self._clip.units[index]
        shift_ns = turn * self._clip.length_ns
        buffer = Gst.Buffer.new_wrapped(unit.data)
        buffer.pts = unit.pts_ns + shift_ns
        buffer.dts = unit.dts_ns + shift_ns
        buffer.duration = unit.duration_ns
        if not unit.key:
            buffer.set_flags(Gst.BufferFlags.DELTA_UNIT)
        source.emit("push-buffer", buffer)


def make_factory(clip: Clip, *, loop: bool) -> Any:
    """A media factory that gives each client a player of its own."""

    def configure(_factory: Any, media: Any) -> None:
        source = media.get_element().get_by_name_recurse_up("clip")
        source.set_property("caps", clip.caps)
        source.connect("need-data", Player(clip, loop=loop).feed)

    factory = GstRtspServer.RTSPMediaFactory()
    factory.set_launch(f"( appsrc name=clip format=time ! {PAYLOADERS[clip.caps.get_structure(0).get_name()]} )")
    factory.connect("media-configure", configure)
    return factory


def demand_login(server: Any, factories: "list[Any]", login: str) -> None:
    """Lets only clients with this user:password in."""
    auth = GstRtspServer.RTSPAuth()
    token = GstRtspServer.RTSPToken()
    token.set_string("media.factory.role", "viewer")
    auth.add_basic(GstRtspServer.RTSPAuth.make_basic(*login.split(":", 1)), token)
    server.set_auth(auth)
    permissions = GstRtspServer.RTSPPermissions()
    permissions.add_permission_for_role("viewer", "media.factory.access", True)  # noqa: FBT003
    permissions.add_permission_for_role("viewer", "media.factory.construct", True)  # noqa: FBT003
    for factory in factories:
        factory.set_permissions(permissions)


def serve(host: str, port: int, clips: "dict[str, str]", *, loop: bool) -> None:
    """Serves until told to end."""
    factories = {name: make_factory(read_clip(path), loop=loop) for name, path in clips.items()}
    server = GstRtspServer.RTSPServer()
    server.set_address(host)
    server.set_service(str(port))
    for name, factory in factories.items():
        server.get_mount_points().add_factory(f"/{name}", factory)
    if "RTSP_LOGIN" in os.environ:
        demand_login(server, list(factories.values()), os.environ["RTSP_LOGIN"])
    if server.attach(None) == 0:
        raise SystemExit(f"cannot serve on {host}:{port}; choose another --port")
    main_loop = GLib.MainLoop()
    GLib.unix_signal_add(GLib.PRIORITY_DEFAULT, signal.SIGTERM, main_loop.quit)
    GLib.unix_signal_add(GLib.PRIORITY_DEFAULT, signal.SIGINT, main_loop.quit)
    if stat.S_ISFIFO(os.fstat(sys.stdin.fileno()).st_mode):
        GLib.io_add_watch(sys.stdin.fileno(), GLib.PRIORITY_DEFAULT, GLib.IO_HUP, lambda *_: main_loop.quit())
    for name in clips:
        print(f"rtsp://{host}:{server.get_bound_port()}/{name}", flush=True)  # noqa: T201 (the program's answer)
    main_loop.run()


def _named_file(text: str) -> "tuple[str, str]":
    name, separator, path = text.partition("=")
    if not (name and separator and os.path.isfile(path)):  # noqa: PTH113
        raise argparse.ArgumentTypeError(f"{text!r} is not NAME=FILE.mp4 with a file that exists")
    return name, path


def main() -> None:
    parser = argparse.ArgumentParser(description="Serves recorded .mp4 files over RTSP.")
    parser.add_argument("clips", nargs="+", type=_named_file, metavar="NAME=FILE.mp4")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8554, help="0 = any free one")
    parser.add_argument("--loop", action="store_true", help="play again and again, times going on")
    arguments = parser.parse_args()
    Gst.init(None)
    serve(arguments.host, arguments.port, dict(arguments.clips), loop=arguments.loop)


if __name__ == "__main__":
    main()
