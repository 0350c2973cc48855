"""Who works at the command line, for the audit."""

import getpass
import os

from store.audit.log import Actor


def local_actor() -> Actor:
    """The person at this machine, by the name of the operating system, or by number where it has none."""
    try:
        name = getpass.getuser()
    except (KeyError, OSError):
        name = str(os.getuid())
    return Actor(None, f"command line ({name})", None, "local")
