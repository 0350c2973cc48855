"""Writes down what a camera's watch remembers, and reads it again: the same thing is the same event after a restart."""

from pydantic import TypeAdapter, ValidationError

from detector.watch import CameraMemory

_ADAPTER = TypeAdapter(CameraMemory)


def to_json(memory: CameraMemory) -> bytes:
    """The memory as JSON."""
    return _ADAPTER.dump_json(memory)


def from_json(text: bytes) -> CameraMemory | None:
    """The memory that was written; None where it is damaged or of another version, which costs a dwell, no more."""
    try:
        return _ADAPTER.validate_json(text)
    except ValidationError:
        return None
