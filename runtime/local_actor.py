"""Who works at the command line, for the audit."""

import getpass

from store.audit import Actor


def local_actor() -> Actor:
    """The person at this machine, by the name of the operating system."""
    return Actor(None, f"command line ({getpass.getuser()})", None, "local")
