"""What options name in a site file."""

from pathlib import Path

from core.errors import SiteError
from core.messages import Message
from core.site import Camera, Site


def camera_of(site: Site, camera_id: str, site_file: Path) -> Camera:
    """The camera of that id in the site file.

    Raises:
        SiteError: it has none; names those that it has.
    """
    try:
        return site.camera(camera_id)
    except KeyError:
        known = [camera.id for camera in site.cameras] or Message("runtime.none")
        raise SiteError("runtime.camera_not_in_site_file", path=site_file, camera_id=camera_id, known=known) from None
