"""Whether this machine and installation are fit to work: for `jiejing doctor` and the page on the system."""

import os
import shutil
import stat
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from core.errors import JiejingError
from core.settings import Settings
from evidence.drawing.lettering import system_lettering
from evidence.signing.clock_offset import system_clock_offset
from evidence.signing.key_events import read_history
from evidence.signing.keys import open_signing_key, own_key, public_keys, recorded_key
from models.store import ModelStore
from store.base.engine import make_engine
from store.base.faults import shown
from store.base.migrate import current, head

_KEPT = "kept from this user, who may serve and cannot seal"


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
        return Checked(name, ok=False, says=str(error))


def _ffmpeg(_: Settings) -> str:
    for program in ("ffmpeg", "ffprobe"):
        if shutil.which(program) is None:
            raise JiejingError(f"{program} is not installed; run: apt-get install ffmpeg")
    shown = subprocess.run(["ffmpeg", "-version"], capture_output=True, text=True, check=False)
    return " ".join(shown.stdout.split()[:3])


def _font(_: Settings) -> str:
    lettering = system_lettering()
    if not lettering.has_chinese:
        raise JiejingError(
            "no font with Chinese signs, so pictures are marked in Latin; run: apt-get install fonts-noto-cjk"
        )
    return str(lettering.path)


def _home(settings: Settings) -> str:
    free_mb = shutil.disk_usage(_existing(settings.home)).free // 2**20
    if not os.access(_existing(settings.home), os.W_OK):
        raise JiejingError(f"{settings.home} cannot be written; change its owner or JIEJING_HOME")
    if _existing(settings.home).stat().st_mode & 0o007 and settings.home.exists():
        raise JiejingError(f"{settings.home} is open to every user of this machine; run: chmod o-rwx {settings.home}")
    if free_mb < settings.min_free_mb:
        raise JiejingError(
            f"{settings.home}: {free_mb} MB free, less than JIEJING_MIN_FREE_MB ({settings.min_free_mb})"
        )
    return f"{settings.home}, {free_mb / 1024:.1f} GB free"


def _database(settings: Settings) -> str:
    engine = make_engine(settings.database, answers_people=True)
    try:
        version = current(engine)
    finally:
        engine.dispose()
    if version not in (None, head()):
        raise JiejingError(f"{shown(engine)} is at {version}, not {head()}; run: jiejing db upgrade")
    return f"{shown(engine)}, made at the first start" if version is None else f"{shown(engine)}, up to date"


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
        return "made at the first start"
    if own in there and not os.access(own, os.R_OK):
        return _KEPT
    return open_signing_key(settings.home, settings.signing_key).key_id[:16]


def _refuse_others(path: Path, *folders: Path) -> None:
    """Refuses a key that seals where others than its owner can read or exchange it, or make another one trusted."""
    if path.stat().st_mode & 0o077:
        raise JiejingError(f"{path} can be read by others than its owner, who alone seals; run: chmod 600 {path}")
    owner = path.stat().st_uid
    for folder in folders:
        found = folder.stat()
        if found.st_uid not in (owner, 0):
            raise JiejingError(
                f"{folder} belongs to another user than {path}, who could exchange keys; run: chown {owner} {folder}"
            )
        # In a sticky folder nobody takes away what is not his; but each public key that is added is trusted.
        is_kept = found.st_mode & stat.S_ISVTX and folder.name != "public"
        if found.st_mode & 0o022 and not is_kept:
            raise JiejingError(f"{folder} can be written by others than its owner; run: chmod go-w {folder}")


def _models(settings: Settings) -> str:
    store = ModelStore(settings.home)
    models = store.tried_in_use()
    if not models:
        store.refuse_none_in_use()
    return ", ".join(model.card.name for model in models)


def _clock(_: Settings) -> str:
    offset = system_clock_offset()
    if offset.within_limit is False or offset.synchronised is False:
        raise JiejingError("this machine's clock is not surely within 1 s; set up NTP (apt-get install chrony)")
    return "within 1 s" if offset.within_limit else "offset unknown; packages will say so"


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
