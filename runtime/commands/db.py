"""jiejing db: the data base."""

import typer

from core.settings import load_settings
from runtime.console import say
from runtime.installation import Installation
from store.engine import make_engine
from store.faults import shown
from store.migrate import current, head

app = typer.Typer(help="The data base of this installation.", no_args_is_help=True, rich_markup_mode=None)


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
