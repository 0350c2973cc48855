"""jiejing db: the data base."""

from pathlib import Path
from typing import Annotated

import typer

from core.clock import SystemClock
from core.errors import StorageError
from core.settings import load_settings
from runtime.home.backup import FOLDER, Restored, back_up, file_name
from runtime.home.backup import restore as restore_backup
from runtime.home.in_use import alone
from runtime.home.installation import Installation
from runtime.home.local_actor import local_actor
from runtime.process.console import note, say
from store.audit.log import Deed
from store.base.engine import make_engine
from store.base.faults import shown
from store.base.migrate import current, head

app = typer.Typer(
    help="The data base of this installation.", no_args_is_help=True, rich_markup_mode=None, add_completion=False
)


@app.command()
def upgrade() -> None:
    """Brings the data base up to date. Makes it where there is none; every start does so too."""
    engine = Installation.open().engine
    say(f"{shown(engine)}: at {current(engine)}")


@app.command()
def status() -> None:
    """Says whether the data base is up to date. And where it is; exit 1 when it is not."""
    engine = make_engine(load_settings().database)
    version = current(engine)
    up_to_date = version == head()
    say(f"{shown(engine)}: at {version or 'nothing yet'}, this version wants {head()}")
    raise typer.Exit(0 if up_to_date else 1)


@app.command()
def backup(
    out: Annotated[
        Path | None, typer.Option("--out", help="The file to write; else one in the home's backups/.")
    ] = None,
) -> None:
    """Writes data base, keys and chains of one moment into one file. Cameras and people may go on meanwhile."""
    settings, now = load_settings(), SystemClock().utc()
    engine = make_engine(settings.database)
    if current(engine) is None:
        raise StorageError("runtime.data_base_is_empty", database=shown(engine))
    target = out or settings.home / FOLDER / file_name(now)
    listing = back_up(engine, settings.home, target, now)
    say(f"{target}: {len(listing.digests)} files, data base at {listing.revision}; holds the keys: keep it secret")


@app.command()
def restore(
    file: Annotated[Path, typer.Argument(help="A backup of jiejing db backup.")],
) -> None:
    """Brings back data base, keys and chains of a backup. Stop run and serve first; what was there is kept beside."""
    settings = load_settings()
    with alone(settings.home):
        restored = restore_backup(make_engine(settings.database), settings.home, file, SystemClock().utc())
        installation = Installation.open()
        deed = Deed("data_base.restore", "data_base", restored.listing.made_at, after={"file": file.name})
        installation.store.audit.note(local_actor(), deed)
    _tell(restored)


def _tell(restored: Restored) -> None:
    for name in restored.kept:
        note(f"keys/{name}: went on after the backup and was kept, as no number is given twice")
    for package_id in restored.missing:
        note(f"packages/{package_id}: does not lie here; bring it back from where packages are copied to")
    if restored.replaced:
        note(f"{restored.replaced}: what was there before; remove it when it is not needed")
    say(f"restored what was backed up at {restored.listing.made_at}; next: jiejing evidence check")
