"""Whether this machine and installation are fit to work: for `jiejing doctor` and the page on the system."""

import os
import shutil
import stat
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from core.errors import JiejingError
from core.messages import Message
from core.settings import Settings
from evidence.drawing.lettering import system_lettering
from evidence.signing.clock_offset import system_clock_offset
from evidence.signing.key_events import read_history
from evidence.signing.keys import open_signing_key, own_key, public_keys, recorded_key
from models.store import ModelStore
from store.base.engine import make_engine
from store.base.faults import shown
from store.base.migrate import current, head

_KEPT = Message("api.key_kept_from_user")


@dataclass(frozen=True, slots=True)
class Checked:
    """What a check found, in one line."""

    name: str
    ok: bool
    says: str


def check_up(settings: Settings) -> list[Checked]:
    """Does every check."""
    return [_checked(name, check, settings) for name, check in CHECKS.items()]


def _checked(name: str, check: Callable[[Settings], str], settings: Settings) -> Checked:
    try:
        return Checked(name, ok=True, says=check(settings))
    except JiejingError as error:
        return Checked(name, ok=False, says=error.message)


def _ffmpeg(_: Settings) -> str:
    for program in ("ffmpeg", "ffprobe"):
        if shutil.which(program) is None:
            raise JiejingError("api.program_not_installed", program=program)
    shown = subprocess.run(["ffmpeg", "-version"], capture_output=True, text=True, check=False)
    return " ".join(shown.stdout.split()[:3])


def _font(_: Settings) -> str:
    lettering = system_lettering()
    if not lettering.has_chinese:
        raise JiejingError("api.no_chinese_font")
    return str(lettering.path)


def _home(settings: Settings) -> str:
    free_mb = shutil.disk_usage(_existing(settings.home)).free // 2**20
    if not os.access(_existing(settings.home), os.W_OK):
        raise JiejingError("api.home_not_writable", home=settings.home)
    if _existing(settings.home).stat().st_mode & 0o007 and settings.home.exists():
        raise JiejingError("api.home_open_to_everybody", home=settings.home)
    if free_mb < settings.min_free_mb:
        raise JiejingError("api.home_nearly_full", home=settings.home, free=free_mb, limit=settings.min_free_mb)
    return Message("api.home_has_room", home=settings.home, free=f"{free_mb / 1024:.1f}")


def _database(settings: Settings) -> str:
    engine = make_engine(settings.database, answers_people=True)
    try:
        version = current(engine)
    finally:
        engine.dispose()
    if version not in (None, head()):
        raise JiejingError("api.database_of_another_version", database=shown(engine), found=version, wanted=head())
    return (
        Message("api.database_made_at_start", database=shown(engine))
        if version is None
        else Message("api.database_up_to_date", database=shown(engine))
    )


def _key(settings: Settings) -> str:
    own = settings.signing_key or own_key(settings.home)
    try:
        there = [path for path in (own, recorded_key(settings.home)) if path.exists()]
    except PermissionError:
        return _KEPT
    for path in there:
        _refuse_others(path, path.parent, public_keys(settings.home))
    read_history(settings.home)
    if settings.signing_key is None and own not in there:
        return Message("api.key_made_at_start")
    if own in there and not os.access(own, os.R_OK):
        return _KEPT
    return open_signing_key(settings.home, settings.signing_key).key_id[:16]


def _refuse_others(path: Path, *folders: Path) -> None:
    """Refuses a key that seals where others than its owner can read or exchange it, or make another one trusted."""
    if path.stat().st_mode & 0o077:
        raise JiejingError("api.key_readable_by_others", path=path)
    owner = path.stat().st_uid
    for folder in folders:
        found = folder.stat()
        if found.st_uid not in (owner, 0):
            raise JiejingError("api.key_folder_of_another_user", folder=folder, path=path, owner=owner)
        # In a sticky folder nobody takes away what is not his; but each public key that is added is trusted.
        is_kept = found.st_mode & stat.S_ISVTX and folder.name != "public"
        if found.st_mode & 0o022 and not is_kept:
            raise JiejingError("api.key_folder_writable_by_others", folder=folder)


def _models(settings: Settings) -> str:
    store = ModelStore(settings.home)
    models = store.tried_in_use()
    if not models:
        store.refuse_none_in_use()
    return ", ".join(model.card.name for model in models)


def _clock(_: Settings) -> str:
    offset = system_clock_offset()
    if offset.within_limit is False or offset.synchronised is False:
        raise JiejingError("api.clock_not_within_limit")
    return Message("api.clock_within_limit") if offset.within_limit else Message("api.clock_offset_unknown")


def _existing(folder: Path) -> Path:
    """The folder, or the nearest one above it that is there."""
    folder = folder.absolute()
    return folder if folder.exists() else _existing(folder.parent)


CHECKS: dict[str, Callable[[Settings], str]] = {
    "ffmpeg": _ffmpeg,
    "font": _font,
    "home": _home,
    "database": _database,
    "signing key": _key,
    "models": _models,
    "clock": _clock,
}
