"""Supervision (督察): rejections and exemptions by officer, plate and shop, each with the events behind it.

Counts and shares, in an order that ranks nobody's worth: there are no scores of persons.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Response
from pydantic import Field

from api.http.access import Right, fresh, requires
from api.http.audit_trail import Trail
from api.http.period import PeriodQuery
from api.http.problems import described
from api.http.spreadsheet import CSV, Cell, as_csv
from api.review.desk import Desk, ReviewDesk
from api.statistics.schemas import SharePublic
from api.statistics.supervision_schemas import By, SupervisedDecision, SupervisedGroup, SupervisionPublic
from core.figures import Share
from core.policy.review import EXEMPTIONS, REASONS
from store.review.supervision import Supervised

MOST_LISTED = 200

router = APIRouter(
    prefix="/api/v1/supervision",
    tags=["supervision"],
    dependencies=[requires(Right.SUPERVISION_VIEW)],
    responses=described(422, 503),
)

_KEYS: dict[By, Callable[[Supervised], tuple[str, str]]] = {
    "officer": lambda one: (str(one.officer_id), one.officer_name),
    "plate": lambda one: (one.plate or "", one.plate or ""),
    "shop": lambda one: (one.shop or "", one.shop or ""),
}


class SupervisionQuery(PeriodQuery):
    """In which period it was decided, and how it is grouped."""

    by: By = Field(default="officer", description="how decisions are grouped")


class ListQuery(SupervisionQuery):
    """Which decisions of which group."""

    key: str | None = Field(default=None, max_length=200, description="of one group; all groups if not given")
    exempted: bool = Field(default=False, description="only those that let somebody off")


@dataclass(frozen=True, slots=True)
class _Watch:
    """The decisions of a period that are seen from one's node."""

    query: SupervisionQuery
    since: datetime
    until: datetime
    decisions: Sequence[Supervised]


def _watch(query: SupervisionQuery, desk: ReviewDesk) -> _Watch:
    since, until = query.period(desk.now)
    repository = desk.services.store.supervision
    return _Watch(query, since, until, repository.decisions(since, until, desk.now, desk.who.orgs))


def _figures(query: Annotated[SupervisionQuery, Query()], desk: Desk) -> SupervisionPublic:
    watch = _watch(query, desk)
    groups: dict[tuple[str, str], list[Supervised]] = defaultdict(list)
    for one in watch.decisions:
        groups[_KEYS[query.by](one)].append(one)
    return SupervisionPublic(
        since=watch.since,
        until=watch.until,
        by=query.by,
        total=_group("", "", watch.decisions),
        groups=tuple(
            sorted((_group(*key, of) for key, of in groups.items()), key=lambda one: (-one.rejected.hits, one.key))
        ),
    )


Figures = Annotated[SupervisionPublic, Depends(_figures)]


@router.get("")
def get_supervision(found: Figures, trail: Trail) -> SupervisionPublic:
    """How many decisions were rejections, and how many of those let somebody off, by officer, plate or shop. First
    decisions that can no longer be undone; a blind second look counts for nobody."""
    trail.viewed("supervision", found.by, "supervision.view")
    return found


@router.get("/decisions")
def list_supervised(query: Annotated[ListQuery, Query()], desk: Desk, trail: Trail) -> list[SupervisedDecision]:
    """The rejections of a group, the newest first, at most 200."""
    trail.viewed("supervision", query.by, "supervision.view", after={"key": query.key})
    return list(_listed(query, desk))


@router.get(
    "/export",
    dependencies=[fresh()],
    response_class=Response,
    responses={200: {"content": {"text/csv": {"schema": {"type": "string"}}}}},
)
def export_supervision(found: Figures, trail: Trail) -> Response:
    """The groups as a table; no cell is ever a formula."""
    told = {"since": found.since.isoformat(), "until": found.until.isoformat()}
    trail.note("supervision.export", "supervision", found.by, after=told)
    name = f"supervision-{found.by}-{found.since:%Y%m%d}-{found.until:%Y%m%d}.csv"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(as_csv(list(_rows(found))), media_type=CSV, headers=headers)


def _listed(query: ListQuery, desk: ReviewDesk) -> Iterator[SupervisedDecision]:
    places, key_of = desk.store.places.all(), _KEYS[query.by]
    rejected = [one for one in _watch(query, desk).decisions if one.verdict == "rejected"]
    wanted = [one for one in rejected if query.key is None or key_of(one)[0] == query.key]
    for one in [one for one in wanted if _is_exempted(one) or not query.exempted][:MOST_LISTED]:
        told = {name: getattr(one, name) for name in one.__dataclass_fields__}
        yield SupervisedDecision(
            **told, place=desk.store.places.of(one.camera_id, places).name, exempted=_is_exempted(one)
        )


def _group(key: str, name: str, decisions: Sequence[Supervised]) -> SupervisedGroup:
    rejected = [one for one in decisions if one.verdict == "rejected"]
    exempted = sum(_is_exempted(one) for one in rejected)
    return SupervisedGroup(
        key=key,
        name=name,
        decided=len(decisions),
        rejected=SharePublic.model_validate(Share(len(rejected), len(decisions))),
        exempted=SharePublic.model_validate(Share(exempted, len(decisions))),
        reasons=dict(Counter(one.reason or "other" for one in rejected)),
    )


def _is_exempted(one: Supervised) -> bool:
    return one.verdict == "rejected" and one.reason in EXEMPTIONS


def _rows(found: SupervisionPublic) -> Iterator[list[Cell]]:
    yield [
        "编号 key",
        "名称 name",
        "决定 decided",
        "驳回 rejected",
        "驳回率 share",
        "区间下限 low",
        "区间上限 high",
        "豁免 exempted",
        "豁免率 share",
        "区间下限 low",
        "区间上限 high",
        *(f"{reason.name_zh} {reason.key}" for reason in REASONS.values()),
    ]
    for one in (*found.groups, found.total.model_copy(update={"key": "", "name": "合计 total"})):
        yield [
            one.key,
            one.name,
            one.decided,
            *_cells(one.rejected),
            *_cells(one.exempted),
            *(one.reasons.get(key, 0) for key in REASONS),
        ]


def _cells(share: SharePublic) -> list[Cell]:
    return [share.hits, *(None if one is None else round(one, 4) for one in (share.value, share.low, share.high))]
