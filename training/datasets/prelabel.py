"""What models find, put beside what persons labelled: as suggestions for a person to confirm, or as ignore regions so
that unlabelled things are not learned as background. Neither ever changes what a person decided."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace

from core.domain import Detection
from core.geometry import Box, iou
from training.datasets.geometry import SAME_THING_IOU, clipped, hidden_share, is_empty, same_thing
from training.datasets.model import MODEL, LabelledBox, LabelledPicture, Region, rounded_box

COVERED_SHARE = 0.5  # a find that lies so far in an ignore region is nothing new


def with_suggestions(picture: LabelledPicture, found: Iterable[Detection], origin: str) -> LabelledPicture:
    """The picture with finds as suggestions, in place of those of the same origin.

    Left out is what is settled: finds of labels that are exhaustive here, at a box that is there already, in an ignore
    region, or where a person said that there is no such thing.

    Args:
        found: in pixels of the picture.
        origin: MODEL and the model's name.
    """
    former = tuple(one for one in picture.objects if one.origin != origin)
    base = replace(picture, objects=former)
    news = [one for one in _clipped(found, picture.size_wh) if _is_news(one, base)]
    suggestions = tuple(LabelledBox(one.label, one.bbox_xyxy_px, origin, one.score) for one in news)
    objects = former + suggestions
    waiting = any(one.origin.startswith(MODEL) for one in objects)
    # A picture that waits for its first labels goes on waiting, whatever the model finds in it.
    keeps_waiting = picture.status == "suggested" and not picture.objects
    return replace(picture, objects=objects, status="suggested" if waiting or keeps_waiting else "confirmed")


def with_screening(
    picture: LabelledPicture, found: Iterable[Detection], origin: str, labels: Collection[str]
) -> LabelledPicture:
    """The picture with finds of labels that are not exhaustive here as ignore regions; those labels count as screened.

    Args:
        found: in pixels of the picture.
        origin: MODEL and the model's name.
        labels: what the model can find.
    """
    missing = picture.incomplete(labels)
    news = [one for one in _clipped(found, picture.size_wh) if one.label in missing and _is_news(one, picture)]
    reason = f"unlabelled, found by {origin.removeprefix(MODEL)}"
    regions = tuple(Region(one.bbox_xyxy_px, reason, one.label) for one in news)
    return replace(picture, ignore=picture.ignore + regions, screened=picture.screened | missing)


def confirmed(objects: Sequence[LabelledBox]) -> tuple[LabelledBox, ...]:
    """The boxes after a person has looked at them: all are now decided by a person, but those known from rendering."""
    return tuple(replace(one, origin="person") if one.origin.startswith(MODEL) else one for one in objects)


def _is_news(one: Detection, picture: LabelledPicture) -> bool:
    box = one.bbox_xyxy_px
    if not picture.incomplete({one.label}) or is_empty(box):
        return False
    # At a labelled box of any label: a model that calls a tricycle a truck has found nothing new.
    if any(iou(box, thing.bbox_xyxy_px) > SAME_THING_IOU for thing in picture.objects):
        return False
    if same_thing(one.label, box, ((region.label or one.label, region.bbox_xyxy_px) for region in picture.negatives)):
        return False
    ignored = (region for region in picture.ignore if region.label in (None, one.label))
    return not any(hidden_share(box, region.bbox_xyxy_px) >= COVERED_SHARE for region in ignored)


def _clipped(found: Iterable[Detection], size_wh: tuple[int, int]) -> list[Detection]:
    return [replace(one, bbox_xyxy_px=_kept(one.bbox_xyxy_px, size_wh)) for one in found]


def _kept(box: Box, size_wh: tuple[int, int]) -> Box:
    return rounded_box(clipped(box, size_wh))
