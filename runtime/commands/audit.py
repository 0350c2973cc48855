"""jiejing audit: what is done about the audit itself."""

from typing import Annotated

import typer

from core.audit_head import Head
from core.errors import InputError, StorageError
from evidence.signing.audit_anchor import audit_anchor
from runtime.home.installation import Installation
from runtime.home.local_actor import local_actor
from runtime.process.console import say
from store.audit.log import AuditLog, Deed

app = typer.Typer(help="The audit itself.", no_args_is_help=True, rich_markup_mode=None, add_completion=False)


@app.callback()
def _group() -> None:
    """So that `begin` stays a command of its own while there is no other."""


@app.command()
def begin(reason: Annotated[str, typer.Option(help="Why there is no sound one; it goes into the audit.")]) -> None:
    """Begins a new signed end (audit-head.json) where the old one is lost, or the data base was restored.

    The rows that are there must be sound by themselves. What was kept as the end, and why it counts no longer, becomes
    a row of the audit.
    """
    if not reason.strip():
        raise InputError("runtime.reason_wanted_for_audit", field="--reason")
    installation = Installation.open()
    verdict = AuditLog(installation.engine).verify()
    if verdict.fault:
        raise InputError("runtime.audit_not_sound", cause=verdict.fault)
    if not verdict.rows:
        raise InputError("runtime.audit_is_empty")
    anchor, head = audit_anchor(installation.settings), installation.store.audit.head()
    try:
        former: Head | None = anchor.get()
        told: dict[str, object] = {"seq": former.seq, "hash": former.hash} if former else {"missing": True}
    except StorageError as error:
        told = {"unreadable": str(error)}
    anchor.begin(head)
    after = {"seq": head.seq, "hash": head.hash}
    installation.store.audit.note(
        local_actor(), Deed("audit.begin", "audit", "head", reason.strip()[:400], told, after)
    )
    say(f"audit: a new end begins after row {head.seq}")
