"""The end of the audit's chain beside the data base: the newest one, signed, and never taken back."""

import json
import logging
from pathlib import Path

import pytest

from core.errors import StorageError
from evidence.anchor import AuditAnchor
from store.audit import Head


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
    anchor.put(Head(2, "a" * 64))
    anchor.path.write_text(json.dumps(json.loads(anchor.path.read_text()) | change))
    with pytest.raises(StorageError, match=r"audit-head.json: was changed, or signed by a key that is not known here"):
        anchor.get()


def test_a_disk_that_refuses_is_logged_and_stops_nobody(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    (tmp_path / "file").touch()
    with caplog.at_level(logging.ERROR):
        AuditAnchor(tmp_path / "file").put(Head(1, "a" * 64))
    assert "the end of the audit could not be anchored" in caplog.text
