"""Whether the audit is whole: every row, the chain, and its end as it was anchored in the home."""

from sqlalchemy import Engine

from core.errors import StorageError
from core.settings import Settings
from evidence.anchor import AuditAnchor
from runtime.console import note, say, say_json
from store.audit import AuditLog, AuditVerdict
from store.engine import make_engine
from store.faults import shown
from store.migrate import current


def check(settings: Settings, *, as_json: bool) -> int:
    """Checks and tells; changes nothing.

    Returns:
        The exit code: 0 sound, 1 a fault, 2 there is no audit.

    Raises:
        StorageError: data base or anchor cannot be read.
    """
    engine = make_engine(settings.database)
    anchor = AuditAnchor(settings.home, settings.signing_key)
    if current(engine) is None:
        note(f"jiejing: {shown(engine)}: no data base there, so no audit")
        return 2
    verdict = _verdict(engine, anchor)
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


def _verdict(engine: Engine, anchor: AuditAnchor) -> AuditVerdict:
    try:
        is_anchored = anchor.get() is not None
    except StorageError as error:
        return AuditVerdict(0, str(error))
    verdict = AuditLog(engine, anchor=anchor).verify()
    if verdict.rows and not verdict.fault and not is_anchored:
        return AuditVerdict(verdict.rows, f"{anchor.path}: is missing: nothing says whether the end was cut off")
    return verdict
