"""The report's pictures: the worst misses and false alarms, of clips first: those an officer would have met."""

from collections.abc import Iterator, Sequence
from html import escape
from typing import Literal

from training.evaluation.report.cutting import Cut, Cutter
from training.evaluation.report.words import SIDES, WHY, both, label_name
from training.evaluation.result import AlarmOutcome, ClipFigures, Evaluation, Slip, ThingOutcome

SHOWN = 8  # of each kind and model

Kind = Literal["miss", "false_alarm"]
_TITLES: dict[Kind, str] = {"miss": both("漏报", "Worst misses"), "false_alarm": both("误报", "Worst false alarms")}


def gallery(evaluations: Sequence[Evaluation], cutter: Cutter) -> Iterator[str]:
    """The section, piece by piece: a column for each evaluation."""
    yield f"<h2>{both('最严重的错误', 'What went wrong')}</h2>\n"
    for kind, title in _TITLES.items():
        yield f'<h3>{title}</h3>\n<div class="columns">\n'
        for side, one in zip(SIDES, evaluations, strict=False):
            yield "<div>"
            if len(evaluations) > 1:
                yield f'<p><span class="dot {side}"></span>{escape(one.name)}</p>'
            yield from _sheet(list(_cards(one, kind, cutter)))
            yield "</div>\n"
        yield "</div>\n"


def _sheet(cards: Sequence[str]) -> Iterator[str]:
    if not cards:
        yield f'<p class="none">{both("没有", "None")}</p>'
        return
    yield f'<div class="sheet">{"".join(cards)}</div>'


def _cards(evaluation: Evaluation, kind: Kind, cutter: Cutter) -> Iterator[str]:
    cards = _all_cards(evaluation, kind, cutter)
    for _, card in zip(range(SHOWN), cards, strict=False):
        yield card


def _all_cards(evaluation: Evaluation, kind: Kind, cutter: Cutter) -> Iterator[str]:
    for clip in evaluation.events.clips if evaluation.events else ():
        if kind == "miss":
            yield from (_missed(clip, one, cutter) for one in clip.things if not one.reported)
        else:
            yield from (_alarm(clip, one, cutter) for one in clip.alarms if one.verdict in ("twice", "false"))
    for slip in evaluation.pictures.slips if evaluation.pictures else ():
        if slip.kind == kind:
            yield _slip(slip, cutter)


def _missed(clip: ClipFigures, thing: ThingOutcome, cutter: Cutter) -> str:
    t_s = clip.length_s / 2 if thing.still_since_s is None else min(thing.still_since_s + 2, clip.length_s - 1)
    cut = cutter.of_clip(clip.clip, max(0.0, t_s), thing.bbox_xyxy_px)
    return _card("miss", cut, escape(thing.what), both("事件未报", "event not reported"), f"{clip.clip} · {t_s:.1f} s")


def _alarm(clip: ClipFigures, alarm: AlarmOutcome, cutter: Cutter) -> str:
    cut = cutter.of_clip(clip.clip, alarm.violation_at_s, alarm.bbox_xyxy_px)
    why = both("重复上报", "reported again") if alarm.verdict == "twice" else both("事件误报", "false event")
    if alarm.what:
        why += f" · {escape(alarm.what)}"
    return _card(
        "false_alarm", cut, escape(label_name(alarm.label)), why, f"{clip.clip} · {alarm.violation_at_s:.1f} s"
    )


def _slip(slip: Slip, cutter: Cutter) -> str:
    head = escape(label_name(slip.label)) + (f" {slip.score:.2f}" if slip.score is not None else "")
    return _card(slip.kind, cutter.of_picture(slip.picture, slip.bbox_xyxy_px), head, _why(slip), slip.picture)


def _why(slip: Slip) -> str:
    if slip.other and slip.kind == "miss":
        return both(f"识别为{label_name(slip.other)}", f"taken for {slip.other}")
    if slip.other:
        return both(f"实为{label_name(slip.other)}", f"really {slip.other}")
    if slip.why == "nothing":
        return both("未发现", "not found") if slip.kind == "miss" else both("此处没有", "nothing there")
    return both(*WHY[slip.why])


def _card(kind: Kind, cut: Cut | None, head: str, why: str, where: str) -> str:
    shown = "" if cut is None else f'<img src="{cut.data_uri}" alt="">{_box(kind, cut)}'
    return (
        f'<figure class="card"><div class="frame">{shown}</div><figcaption><b>{head}</b>'
        f'<span class="why">{why}</span><span class="where">{escape(where)}</span></figcaption></figure>'
    )


def _box(kind: Kind, cut: Cut) -> str:
    if cut.box is None:
        return ""
    left, top, width, height = (f"{100 * value:.2f}%" for value in cut.box)
    return f'<div class="box {kind}" style="left:{left};top:{top};width:{width};height:{height}"></div>'
