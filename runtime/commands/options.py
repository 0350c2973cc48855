"""Options and arguments that several commands share."""

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from core.clock import parse_rfc3339
from core.errors import InputError

SiteOption = Annotated[Path, typer.Option("--site", help="Site file (YAML): cameras, zones and their rules.")]
OutOption = Annotated[Path, typer.Option("--out", help="Folder for the results; made where it is missing.")]
JsonOption = Annotated[bool, typer.Option("--json", help="Answer as JSON, for scripts.")]


def moment_option(text: str, option: str) -> datetime:
    """The (aware) moment that an option names.

    Raises:
        InputError: it is no time, or one without an offset.
    """
    try:
        return parse_rfc3339(text)
    except ValueError as error:
        raise InputError("runtime.option_is_no_moment", field=option, value=text) from error
