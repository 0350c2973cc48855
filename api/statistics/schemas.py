"""What the statistics answer. A figure that cannot be worked out is null; its formula says why."""

from typing import Literal

from pydantic import Field

from api.http.fields import Moment, Public

By = Literal["type", "hour", "camera", "grid", "org", "zone"]


class SharePublic(Public):
    """A share of a number of things, with Wilson's 95 % interval; null where nothing is counted."""

    hits: int
    total: int
    value: float | None
    low: float | None
    high: float | None


class FiguresPublic(Public):
    """What became of some alarms. `approved` includes `handed_over`; `noisy` is null where too few are decided."""

    alarms: int
    approved: int
    handed_over: int
    rejected: int
    pending: int
    approval: SharePublic
    minutes_median: float | None
    minutes_p90: float | None
    noisy: bool | None


class GroupPublic(FiguresPublic):
    """One row: a type, an hour of the day (00-23, the site's time zone), a camera, a grid, a node, or a zone."""

    key: str
    name_zh: str
    name_en: str


class LoadPublic(Public):
    """How many alarms one officer decided in the shifts of one kind. A load to share out, no score of a person."""

    officer_id: int
    officer_name: str
    shift: str
    shift_zh: str
    shift_en: str
    decided: int


class FormulaPublic(Public):
    """How a figure is worked out; `unknown_*`: why it cannot be, yet."""

    key: str
    name_zh: str
    name_en: str
    formula_zh: str
    formula_en: str
    unknown_zh: str | None
    unknown_en: str | None


class StatisticsPublic(Public):
    """The figures of one period, as far as the viewer sees the cameras."""

    since: Moment
    until: Moment
    by: By
    total: FiguresPublic
    groups: tuple[GroupPublic, ...]
    loads: tuple[LoadPublic, ...]
    agreement: SharePublic = Field(description="second looks that agree with the first")
    false_approval: SharePublic = Field(description="known negatives that were approved")
    relapse: SharePublic = Field(description="回潮率")
    closing: SharePublic | None = Field(description="结案率")
    timely: SharePublic | None = Field(description="及时解决率")
    formulas: tuple[FormulaPublic, ...]
