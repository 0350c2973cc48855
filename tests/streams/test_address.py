"""Which sources may be opened, and that no password is ever shown."""

from pathlib import Path

import pytest

from core.errors import SourceError, StreamError
from core.settings import Settings
from streams.address import Address, open_allowed, pinned, without_credentials
from tests.says import says
from tests.streams.tells import tells


@pytest.mark.parametrize(
    ("source", "shown"),
    [
        ("rtsp://10.0.0.8/Streaming/Channels/101", "rtsp://10.0.0.8/Streaming/Channels/101"),
        ("rtsp://admin:p%40ss@10.0.0.8:554/unicast/c1/s0/live", "rtsp://***@10.0.0.8:554/unicast/c1/s0/live"),
        ("rtsps://bob:sesame@[fd00::8]:322/live", "rtsps://***@[fd00::8]:322/live"),
        # an @ that was not encoded still belongs to the password
        ("rtsp://bob:ses@me@cam/live", "rtsp://***@cam/live"),
        # what some recorders and gateways put into the path or the query
        ("rtsp://cam/user=bob&password=sesame&channel=1", "rtsp://cam/user=***&password=***&channel=1"),
        ("rtsp://gateway/live?token=sesame", "rtsp://gateway/live?token=***"),
    ],
)
def test_a_stream_is_opened_with_its_credentials_and_shown_without(source: str, shown: str) -> None:
    address = open_allowed(source, Settings())
    assert address.url == source
    assert address.shown == shown
    assert "sesame" not in repr(address)


@pytest.mark.parametrize(
    "source",
    [
        "http://cam/secret",
        "/etc/passwd",
        "concat:/etc/passwd|secret",
        "file:secret",
        "file://host/secret",
        "rtsp:///secret",
        "rtsp://bob:secret/word@cam/live",  # the slash ends the host: bob:secret is no host and port
        "rtsp://bob:secret@cam:port/live",
        "rtsp://cam/live\noption secret",
        "rtsp://cam/live secret",
    ],
)
def test_anything_else_is_refused_without_repeating_it(source: str) -> None:
    with pytest.raises(SourceError) as refused:
        open_allowed(source, Settings())
    assert "secret" not in str(refused.value)
    assert "\n" not in str(refused.value)


def test_files_open_below_a_configured_root_only(tmp_path: Path) -> None:
    root, outside = tmp_path / "clips", tmp_path / "private.mp4"
    (root / "day one").mkdir(parents=True)
    outside.write_bytes(b"video")
    inside = root / "day one" / "a.mp4"
    inside.write_bytes(b"video")
    (root / "link.mp4").symlink_to(outside)
    settings = Settings(file_roots=(root,))

    assert open_allowed(f"file://{root}/day%20one/a.mp4", settings).path == inside
    for escape in (outside, root / ".." / "private.mp4", root / "link.mp4"):
        with pytest.raises(SourceError, check=says("streams.file_outside_roots")):
            open_allowed(f"file://{escape}", settings)
    with pytest.raises(SourceError, check=says("streams.no_such_file")):
        open_allowed(f"file://{root}/absent.mp4", settings)
    with pytest.raises(SourceError, check=says("streams.file_outside_roots")):
        open_allowed(f"file://{inside}".replace(" ", "%20"), Settings())


@pytest.mark.parametrize(
    "line",
    [
        "[concat @ 0x1] Impossible to open 'rtsp://bob:se%20same@cam/live'",
        "[rtsp @ 0x1] login bob with se same was refused",
        "[rtsp @ 0x1] login bob with se%20same was refused",
    ],
)
def test_what_ffmpeg_says_is_scrubbed(line: str) -> None:
    scrubbed = open_allowed("rtsp://bob:se%20same@cam/live", Settings()).scrub(line)
    assert "same was" not in scrubbed.replace("*** was", "")
    assert "bob" not in scrubbed
    assert "se same" not in scrubbed
    assert "se%20same" not in scrubbed


def test_an_address_inside_a_longer_text_is_cleaned() -> None:
    assert without_credentials("from rtsp://a:b@c/d to rtsp://e/f") == "from rtsp://***@c/d to rtsp://e/f"


@pytest.mark.parametrize("means", ["127.0.0.1", "::1", "169.254.1.1", "::ffff:127.0.0.1", "64:ff9b::7f00:1", "0.0.0.0"])
def test_a_name_that_means_this_machine_by_now_is_not_connected_to(tmp_path: Path, means: str) -> None:
    address = Address("rtsp://u:p@cam.example.cn:554/1?x=1", "rtsp://***@cam.example.cn:554/1?x=1")
    with pytest.raises(StreamError, check=says("streams.host_name_means_server", address=address.shown)):
        pinned(address, Settings(home=tmp_path), lambda _: ["10.0.0.8", means])


def test_what_is_connected_to_is_what_was_looked_at(tmp_path: Path) -> None:
    address = Address("rtsp://u:p@cam.example.cn:554/1?x=1", "rtsp://***@cam.example.cn:554/1?x=1")
    settings = Settings(home=tmp_path)
    assert pinned(address, settings, lambda _: ["10.0.0.8"]).url == "rtsp://u:p@10.0.0.8:554/1?x=1"
    assert pinned(address, settings, lambda _: ["fd00::8"]).url == "rtsp://u:p@[fd00::8]:554/1?x=1"
    with pytest.raises(StreamError, check=tells("streams.host_name_unknown")):
        pinned(address, settings, lambda _: [])
    entered = Address("rtsp://10.0.0.8/1", "rtsp://10.0.0.8/1")
    assert pinned(entered, settings, lambda _: []) is entered


@pytest.mark.parametrize("source", ["rtsp://127.0.0.1:554[fd12::1]/x", "rtsp://[fd12::1]127.0.0.1/x", "rtsp://a:1:2/x"])
def test_an_address_that_can_be_read_two_ways_is_not_opened(tmp_path: Path, source: str) -> None:
    with pytest.raises(SourceError):
        open_allowed(source, Settings(home=tmp_path))
