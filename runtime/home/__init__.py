"""The home of an installation: opened, backed up, checked."""
