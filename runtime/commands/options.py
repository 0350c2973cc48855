"""Options and arguments that several commands share."""

from pathlib import Path
from typing import Annotated

import typer

from core.errors import SiteError
from core.site import Camera, Site

SiteOption = Annotated[Path, typer.Option("--site", help="Site file (YAML): cameras, zones and their rules.")]
OutOption = Annotated[Path, typer.Option("--out", help="Folder for the results; made where it is missing.")]
JsonOption = Annotated[bool, typer.Option("--json", help="Answer as JSON, for scripts.")]


def camera_of(site: Site, camera_id: str, site_file: Path) -> Camera:
    """The camera of that id in the site file.

    Raises:
        SiteError: it has none; names those that it has.
    """
    try:
        return site.camera(camera_id)
    except KeyError:
        known = ", ".join(camera.id for camera in site.cameras) or "none"
        raise SiteError(f"{site_file}: no camera {camera_id!r} in it (cameras: {known})") from None
