"""Whether the audit is whole: every row, the chain, and its end as it was anchored in the home."""

from pathlib import Path
from typing import Any

from sqlalchemy import Engine

from core.audit_head import Head
from core.errors import InputError, StorageError
from core.messages import Message, message_of
from core.settings import Settings
from evidence.signing.audit_anchor import FILE, WAY_FORWARD, AuditAnchor
from runtime.process.console import note, say, say_json, words
from store.audit.log import AuditLog, AuditVerdict
from store.base.engine import make_engine
from store.base.faults import shown
from store.base.migrate import current


def check(settings: Settings, head: Path | None = None, *, as_json: bool) -> int:
    """Checks and tells; changes nothing.

    Args:
        head: a copy of the signed end, to hold the chain against besides; the last line of the file counts.

    Returns:
        The exit code: 0 sound, 1 a fault, 2 there is no audit.

    Raises:
        StorageError: data base or anchor cannot be read.
    """
    engine = make_engine(settings.database)
    anchor = AuditAnchor(settings.home)
    if current(engine) is None:
        note(f"jiejing: {words(Message('runtime.no_data_base_so_no_audit', database=shown(engine)))}")
        return 2
    verdict = _verdict(engine, anchor, _copy(anchor, head) if head else None)
    if as_json:
        say_json(_as_json(verdict))
    elif verdict.fault:
        say(words(Message("runtime.audit_at_fault", cause=verdict.fault)))
    elif verdict.rows:
        say(words(Message("runtime.audit_sound", rows=verdict.rows)))
    if not verdict.rows and not verdict.fault:
        note(f"jiejing: {words(Message('runtime.audit_has_no_rows', database=shown(engine)))}")
        return 2
    return 1 if verdict.fault else 0


def _as_json(verdict: AuditVerdict) -> dict[str, Any]:
    told = {"rows": verdict.rows, "sound": verdict.fault is None, "fault": verdict.fault}
    return told | message_of(verdict.fault).plain() if verdict.fault else told


def _copy(anchor: AuditAnchor, path: Path) -> Head:
    try:
        lines = path.read_bytes().splitlines()
    except OSError as error:
        raise InputError("core.located", where=f"--head {path}", cause=error) from error
    if not lines:
        raise InputError("runtime.head_file_is_empty", path=path, file=FILE)
    return anchor.read(lines[-1], path)


def _verdict(engine: Engine, anchor: AuditAnchor, copy: Head | None) -> AuditVerdict:
    try:
        is_anchored = anchor.get() is not None
    except StorageError as error:
        return AuditVerdict(0, error.message)
    audit = AuditLog(engine, anchor=anchor)
    verdict = audit.verify()
    if copy and not verdict.fault:
        verdict = audit.verify(copy)
    if verdict.rows and not verdict.fault and not is_anchored:
        return AuditVerdict(verdict.rows, Message("runtime.audit_anchor_gone", path=anchor.path, remedy=WAY_FORWARD))
    return verdict
