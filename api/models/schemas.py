"""The models of an installation as the API shows them."""

from collections.abc import Iterator
from typing import Any, Literal, Self

from pydantic import BaseModel, Field, ValidationError

from api.http.fields import Asked, ModelPublic, Moment, Public, Says
from core.messages import read
from models.card import ModelCard
from models.forcing import Forcing
from models.history import Kind, Promotion
from models.shadow_figures import ShadowFigures

Ground = Literal["real", "mixed", "rendered"]
"""What a figure stands on. On rendered streets alone it is a regression check, and never accuracy."""

Reason = Field(min_length=1, max_length=500, pattern=r"^[^\x00]*\S[^\x00]*$", description="why; kept in the history")


class PromotionAsked(Asked):
    """Models to be put in use, in place of all that are now."""

    models: tuple[str, ...] = Field(min_length=1, max_length=8, description="their names")
    reason: str = Reason
    force: bool = Field(default=False, description="although the gate objects; it takes a second person")


class RollbackAsked(Asked):
    """Back to what was in use before."""

    reason: str = Reason


class ShadowAsked(Asked):
    """The candidate that looks in shadow."""

    name: str | None = Field(max_length=64, description="null ends the shadow")


class FigurePublic(Public):
    """A figure of a model's card: what was measured, on what, and what it had to reach."""

    measure: str
    name: str
    value: float | None
    interval: tuple[float, float] | None = None
    floor: float | None = None
    counts: str = ""
    ground: Ground


class LimitsPublic(Public):
    """What a model is not to be trusted with, in both languages."""

    zh: str
    en: str

    @classmethod
    def of(cls, said: Any) -> Self | None:
        """As a card says it: in both languages, or in one."""
        if isinstance(said, dict) and {"zh", "en"} <= said.keys():
            return cls(zh=str(said["zh"]), en=str(said["en"]))
        return cls(zh=str(said), en=str(said)) if said else None


class CardPublic(Public):
    """A model in the store."""

    name: str
    sha256: str
    family: str
    input_wh: tuple[int, int]
    labels: tuple[str, ...]
    licence: str
    data: str
    figures: tuple[FigurePublic, ...]
    ms_a_picture: float | None
    machine: str | None
    limits: LimitsPublic | None
    in_use: bool
    in_shadow: bool

    @classmethod
    def of(cls, card: ModelCard, *, in_use: bool, in_shadow: bool) -> Self:
        """A card as it is in the store; figures of a form that is not known are left out."""
        speed = card.figures.get("speed")
        speed = speed if isinstance(speed, dict) else {}
        return cls(
            name=card.name,
            sha256=card.sha256,
            family=card.family,
            input_wh=card.input.size_wh,
            labels=tuple(sorted(set(card.labels.values()))),
            licence=card.licence,
            data=card.data,
            figures=tuple(_figures(card)),
            ms_a_picture=_number(speed.get("ms_a_picture")),
            machine=str(speed["machine"]) if "machine" in speed else None,
            limits=LimitsPublic.of(card.figures.get("not_to_be_trusted_with")),
            in_use=in_use,
            in_shadow=in_shadow,
        )


class ShadowPublic(Public):
    """What the candidate saw on the frames of the models in use, by group and by type; `least_frames`: how many it
    must have looked at before the gate says anything else; `ended`: why it does not look now, null while it does."""

    name: str
    sha256: str
    frames: int
    least_frames: int
    cameras: int
    both: dict[str, int]
    in_use: dict[str, int]
    candidate: dict[str, int]
    violations_in_use: dict[str, int]
    violations_candidate: dict[str, int]
    objections: tuple[Says, ...]
    ended: Says | None


class PromotionPublic(Public):
    """One change of what is in use."""

    at: Moment
    kind: Kind
    models: tuple[ModelPublic, ...]
    reason: str
    forced: bool
    objections: tuple[Says, ...]

    @classmethod
    def of(cls, promotion: Promotion) -> Self:
        """A line of the history, with what the gate had said."""
        gate = promotion.evidence.get("gate")
        said = gate.get("reasons", ()) if isinstance(gate, dict) else ()
        models = tuple(ModelPublic.model_validate(one) for one in promotion.models)
        return cls(
            at=promotion.at,
            kind=promotion.kind,
            models=models,
            reason=promotion.reason,
            forced=promotion.forced,
            objections=tuple(map(read, said)),
        )


class ForcingPublic(Public):
    """A promotion past the gate that waits for somebody else to ask for the very same."""

    models: tuple[str, ...]
    reason: str
    asked_by: int
    asked_name: str
    asked_at: Moment

    @classmethod
    def of(cls, asked: Forcing) -> Self:
        """As it is shown."""
        return cls(
            models=tuple(one.name for one in asked.models),
            reason=asked.reason,
            asked_by=asked.by,
            asked_name=asked.by_name,
            asked_at=asked.at,
        )


class ModelsPublic(Public):
    """The store, what is in use, what looks in shadow, and how it came so, the newest change first. `revision` counts
    the changes, and is the ETag."""

    revision: int
    models: tuple[CardPublic, ...]
    in_use: tuple[ModelPublic, ...]
    shadow: ShadowPublic | None
    history: tuple[PromotionPublic, ...]
    can_roll_back: bool
    forcing: ForcingPublic | None


def plain_totals(total: ShadowFigures) -> dict[str, Any]:
    """As plain data, for the history and answers."""
    names = ("both", "in_use", "candidate", "violations_in_use", "violations_candidate")
    return {"frames": total.frames, **{name: dict(sorted(getattr(total, name).items())) for name in names}}


class _Validation(BaseModel):
    pictures: int
    boxes: int
    map50: float
    map50_interval: tuple[float, float] | None = None


class _Figure(BaseModel):
    value: float | None
    interval_95: tuple[float, float] | None = None
    counts: str = ""
    floor: float | None = None


class _Measure(BaseModel):
    measure: str
    rendered: bool
    figures: dict[str, _Figure]


def _figures(card: ModelCard) -> Iterator[FigurePublic]:
    ground: Ground = "mixed" if "rendered" in card.data else "real"
    try:
        val = _Validation.model_validate(card.figures.get("val"))
        counts = f"{val.pictures} pictures, {val.boxes} boxes"
        yield FigurePublic(
            measure="val", name="map50", value=val.map50, interval=val.map50_interval, counts=counts, ground=ground
        )
    except ValidationError:
        pass
    measures = card.figures.get("measures")
    for plain in measures if isinstance(measures, list) else ():
        yield from _of_measure(plain)


def _of_measure(plain: Any) -> Iterator[FigurePublic]:
    try:
        measure = _Measure.model_validate(plain)
    except ValidationError:
        return
    for name, one in measure.figures.items():
        yield FigurePublic(
            measure=measure.measure,
            name=name,
            value=one.value,
            interval=one.interval_95,
            floor=one.floor,
            counts=one.counts,
            ground="rendered" if measure.rendered else "real",
        )


def _number(value: Any) -> float | None:
    return float(value) if isinstance(value, int | float) else None
