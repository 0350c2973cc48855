"""The labels of things, their groups, and the mapping from COCO."""

from types import MappingProxyType

LABELS = (
    "person",
    "bicycle",
    "motorcycle",
    "tricycle",
    "car",
    "van",
    "bus",
    "truck",
    "stall",
    "goods",
    "table",
    "umbrella",
    "garbage",
    "bin",
    "bin_overflow",
    "unknown_object",
)

_GROUPS = {
    "vehicle": ("car", "van", "bus", "truck"),
    "two_wheeler": ("bicycle", "motorcycle"),
}
_GROUP_OF = {label: group for group, labels in _GROUPS.items() for label in labels}

# The COCO classes that mean something here, by COCO's own names; all others are dropped.
COCO_TO_OURS = MappingProxyType(
    {
        "person": "person",
        "bicycle": "bicycle",
        "car": "car",
        "motorcycle": "motorcycle",
        "bus": "bus",
        "truck": "truck",
        "umbrella": "umbrella",
        "dining table": "table",
    }
)


def group_of(label: str) -> str:
    """The group within which a change of label is still the same object; a label outside all groups is its own.

    >>> group_of("car")
    'vehicle'
    """
    return _GROUP_OF.get(label, label)


def members_of(group: str) -> tuple[str, ...]:
    """The labels of a group; of a label that is no group, itself.

    Raises:
        KeyError: neither a group nor a label.
    """
    if group in _GROUPS:
        return _GROUPS[group]
    if group in LABELS:
        return (group,)
    raise KeyError(group)
