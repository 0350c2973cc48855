"""Whether the audit is whole: every row, the chain, and its end as it was anchored in the home."""

from pathlib import Path

from sqlalchemy import Engine

from core.audit_head import Head
from core.errors import InputError, StorageError
from core.settings import Settings
from evidence.signing.audit_anchor import FILE, WAY_FORWARD, AuditAnchor
from runtime.process.console import note, say, say_json
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
        note(f"jiejing: {shown(engine)}: no data base there, so no audit")
        return 2
    verdict = _verdict(engine, anchor, _copy(anchor, head) if head else None)
    if as_json:
        say_json({"rows": verdict.rows, "sound": verdict.fault is None, "fault": verdict.fault})
    elif verdict.fault:
        say(f"audit: {verdict.fault}")
    elif verdict.rows:
        say(f"audit: sound ({verdict.rows} rows)")
    if not verdict.rows and not verdict.fault:
        note(f"jiejing: {shown(engine)}: the audit has no rows yet")
        return 2
    return 1 if verdict.fault else 0


def _copy(anchor: AuditAnchor, path: Path) -> Head:
    try:
        lines = path.read_bytes().splitlines()
    except OSError as error:
        raise InputError(f"--head {path}: {error.strerror}") from error
    if not lines:
        raise InputError(f"--head {path}: is empty; give a file of JIEJING_AUDIT_HEAD_FILE, or a copy of {FILE}")
    return anchor.read(lines[-1], path)


def _verdict(engine: Engine, anchor: AuditAnchor, copy: Head | None) -> AuditVerdict:
    try:
        is_anchored = anchor.get() is not None
    except StorageError as error:
        return AuditVerdict(0, str(error))
    audit = AuditLog(engine, anchor=anchor)
    verdict = audit.verify()
    if copy and not verdict.fault:
        verdict = audit.verify(copy)
    if verdict.rows and not verdict.fault and not is_anchored:
        return AuditVerdict(
            verdict.rows, f"{anchor.path}: is missing: nothing says whether the end was cut off; {WAY_FORWARD}"
        )
    return verdict
