"""The forms by name, and which one a path holds."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from core.errors import InputError
from training.datasets.formats import coco, cvat, labelme, voc, yolo, yolo_layout
from training.datasets.formats.foreign import ForeignSet, ReadOptions

AUTO = "auto"


@dataclass(frozen=True, slots=True)
class Form:
    """How a form is recognised and opened."""

    looks_like: Callable[[Path], bool]
    open_set: Callable[[Path, ReadOptions], ForeignSet]


# In the order in which they are tried: COCO and CVAT exports have a folder images/ too, and YOLO may hold some JSON.
FORMS = MappingProxyType(
    {
        "cvat": Form(cvat.looks_like, cvat.open_set),
        "coco": Form(coco.looks_like, coco.open_set),
        "voc": Form(voc.looks_like, voc.open_set),
        "yolo": Form(yolo_layout.looks_like, yolo.open_set),
        "labelme": Form(labelme.looks_like, labelme.open_set),
    }
)


def open_foreign(root: Path, form: str, options: ReadOptions) -> ForeignSet:
    """Opens a foreign data set.

    Args:
        form: a name of FORMS, or AUTO.

    Raises:
        InputError: there is nothing, no such form, or not a set of that form.
    """
    if not root.exists():
        raise InputError("training.foreign_set_missing", path=root, forms=list(FORMS))
    if root.suffix.lower() == ".zip":
        raise InputError("training.archive_not_unpacked", path=root)
    if form in FORMS:
        return FORMS[form].open_set(root, options)
    if form != AUTO:
        raise InputError("training.format_unknown", value=form, formats=[AUTO, *FORMS])
    for candidate in FORMS.values():
        if candidate.looks_like(root):
            return candidate.open_set(root, options)
    if root.is_dir() and any(root.glob("*.zip")):
        raise InputError("training.only_archives_there", path=root)
    raise InputError("training.form_not_recognised", path=root, forms=list(FORMS))
