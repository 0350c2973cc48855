"""Which model saw something. A file of its own, since whoever lists models needs no arrays."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ModelRef:
    """The model that saw something: its name and the SHA-256 of its file, in hex."""

    name: str
    sha256: str
