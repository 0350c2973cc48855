"""The statistics: figures of a period, on the page and as a table to take along."""

from typing import Annotated, Literal

from fastapi import APIRouter, Query, Response
from pydantic import Field

from api.http.access import Right, fresh, requires
from api.http.audit_trail import Trail
from api.http.period import PeriodQuery
from api.http.problems import described
from api.http.spreadsheet import CSV, XLSX, Cell, as_csv, as_xlsx
from api.review.desk import Desk, ReviewDesk
from api.statistics.figures import Period, statistics
from api.statistics.schemas import By, FiguresPublic, SharePublic, StatisticsPublic

router = APIRouter(
    prefix="/api/v1/statistics",
    tags=["statistics"],
    dependencies=[requires(Right.STATISTICS_VIEW)],
    responses=described(422, 503),
)


class StatisticsQuery(PeriodQuery):
    """In which period it became a violation, and how it is grouped."""

    by: By = Field(default="type", description="how alarms are grouped")


class ExportQuery(StatisticsQuery):
    """The same as a file."""

    format: Literal["csv", "xlsx"] = Field(default="xlsx", description="csv: the groups alone; xlsx: all tables")


def _worked_out(query: StatisticsQuery, desk: ReviewDesk) -> StatisticsPublic:
    since, until = query.period(desk.now)
    period = Period(since, until, desk.now, desk.who.zone)
    return statistics(period, query.by, desk.who.orgs, desk.store.statistics, desk.store.places)


@router.get("")
def get_statistics(query: Annotated[StatisticsQuery, Query()], desk: Desk) -> StatisticsPublic:
    """Alarms and what became of them, the officers' load and agreement, and how each figure is worked out.

    What can still be undone is pending. From a node, only the events of its own cameras.
    """
    return _worked_out(query, desk)


@router.get(
    "/export",
    dependencies=[fresh()],
    response_class=Response,
    responses={200: {"content": {"text/csv": {}, XLSX: {}}}},
)
def export_statistics(query: Annotated[ExportQuery, Query()], desk: Desk, trail: Trail) -> Response:
    """The same as a table; no cell is ever a formula."""
    found = _worked_out(query, desk)
    trail.note("statistics.export", "statistics", query.by, after=query.model_dump(mode="json"))
    if query.format == "csv":
        content, media_type = as_csv(_group_rows(found)), CSV
    else:
        content, media_type = as_xlsx(_sheets(found)), XLSX
    name = f"statistics-{query.by}-{found.since:%Y%m%d}-{found.until:%Y%m%d}.{query.format}"
    return Response(content, media_type=media_type, headers={"Content-Disposition": f'attachment; filename="{name}"'})


_HEAD = (
    "编号 key",
    "名称 name",
    "英文名 name (en)",
    "告警 alarms",
    "通过 approved",
    "移交线索 handed over",
    "驳回 rejected",
    "未决 pending",
    "审核通过率 approval",
    "区间下限 low",
    "区间上限 high",
    "高误报 noisy",
    "用时中位数 (分) median min",
    "用时 90 分位 (分) p90 min",
)


def _group_rows(found: StatisticsPublic) -> list[list[Cell]]:
    rows = [[one.key, one.name_zh, one.name_en, *_figures(one)] for one in found.groups]
    return [list(_HEAD), *rows, ["", "合计", "total", *_figures(found.total)]]


def _figures(one: FiguresPublic) -> list[Cell]:
    share = one.approval
    noisy = None if one.noisy is None else int(one.noisy)
    counts: list[Cell] = [one.alarms, one.approved, one.handed_over, one.rejected, one.pending]
    return [*counts, share.value, share.low, share.high, noisy, one.minutes_median, one.minutes_p90]


def _sheets(found: StatisticsPublic) -> list[tuple[str, list[list[Cell]]]]:
    loads: list[list[Cell]] = [[one.officer_name, one.shift_zh, one.shift_en, one.decided] for one in found.loads]
    shares: dict[str, SharePublic | None] = {
        "agreement": found.agreement,
        "false_approval": found.false_approval,
        "relapse": found.relapse,
        "closing": found.closing,
        "timely": found.timely,
    }
    names = {one.key: one for one in found.formulas}
    rates: list[list[Cell]] = [
        [names[key].name_zh, names[key].name_en, *([one.hits, one.total, one.value, one.low, one.high] if one else [])]
        for key, one in shares.items()
    ]
    formulas: list[list[Cell]] = [
        [one.name_zh, one.name_en, one.formula_zh, one.formula_en, one.unknown_zh, one.unknown_en]
        for one in found.formulas
    ]
    return [
        ("分组 groups", _group_rows(found)),
        ("指标 rates", [["指标", "figure", "分子 hits", "分母 total", "值 value", "下限 low", "上限 high"], *rates]),
        ("班次 shifts", [["姓名 name", "班次", "shift", "审核数 decided"], *loads]),
        ("口径 formulas", [["指标", "figure", "口径", "formula", "未知原因", "unknown because"], *formulas]),
    ]
