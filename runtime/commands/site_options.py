"""What options name in a site file."""

from pathlib import Path

from core.errors import SiteError
from core.site import Camera, Site


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
