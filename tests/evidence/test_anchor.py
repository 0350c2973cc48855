"""The end of the audit's chain beside the data base: the newest one, signed, and never taken back."""

import json
import logging
import socket
import time
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread

import pytest

from core.audit_head import Head
from core.errors import StorageError
from core.settings import Settings
from evidence.signing.audit_anchor import AuditAnchor, audit_anchor
from tests.says import says


def test_the_newest_head_is_kept(tmp_path: Path) -> None:
    assert AuditAnchor(tmp_path).get() is None
    for seq in (1, 3, 2):
        AuditAnchor(tmp_path).put(Head(seq, f"{seq}" * 64))
    assert AuditAnchor(tmp_path).get() == Head(3, "3" * 64)


@pytest.mark.parametrize(
    "change", [{"seq": 1}, {"hash": "0" * 64}, {"key_id": "0" * 64}, {"signature": "AAAA"}, {"signature": None}]
)
def test_a_head_that_was_changed_is_found(tmp_path: Path, change: dict[str, object]) -> None:
    anchor = AuditAnchor(tmp_path)
    anchor.put(Head(1, "b" * 64))
    anchor.put(Head(2, "a" * 64))
    anchor.path.write_text(json.dumps(json.loads(anchor.path.read_text()) | change))
    with pytest.raises(StorageError, check=says("evidence.audit_anchor_not_believed", path=str(anchor.path))):
        anchor.get()


def test_a_disk_that_refuses_is_logged_and_stops_nobody(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    (tmp_path / "file").touch()
    with caplog.at_level(logging.ERROR):
        AuditAnchor(tmp_path / "file").put(Head(1, "a" * 64))
    assert "the end of the audit could not be anchored" in caplog.text


def test_a_head_that_is_gone_does_not_come_back_by_itself(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """The end of the audit is cut off and its head deleted: the next row must not make that look sound."""
    anchor = AuditAnchor(tmp_path)
    anchor.put(Head(1, "a" * 64))
    anchor.path.unlink()
    with caplog.at_level(logging.ERROR):
        anchor.put(Head(2, "b" * 64))
    assert anchor.get() is None
    assert "jiejing audit begin" in caplog.text
    anchor.begin(Head(2, "b" * 64))
    anchor.put(Head(3, "c" * 64))
    assert anchor.get() == Head(3, "c" * 64)


def test_heads_leave_the_machine(tmp_path: Path) -> None:
    """To a file, a syslog server and a webhook; the newest arrives everywhere."""
    posted: list[bytes] = []

    class Hook(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            posted.append(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Hook) as hook, socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as syslog:
        syslog.bind(("127.0.0.1", 0))
        syslog.settimeout(20)
        Thread(target=hook.serve_forever, daemon=True).start()
        settings = Settings(
            home=tmp_path,
            audit_head_file=tmp_path / "elsewhere",
            audit_head_syslog=f"127.0.0.1:{syslog.getsockname()[1]}",
            audit_head_webhook=f"http://127.0.0.1:{hook.server_port}/heads",
        )
        anchor = audit_anchor(settings)
        anchor.put(Head(1, "a" * 64))
        assert b'"seq":1' in syslog.recv(4096)
        give_up = time.monotonic() + 20
        while not posted and time.monotonic() < give_up:
            time.sleep(0.01)
        hook.shutdown()
    kept = (tmp_path / "elsewhere").read_bytes().splitlines()
    assert [anchor.read(one, tmp_path / "elsewhere").seq for one in kept] == [1]
    assert json.loads(posted[0])["seq"] == 1
