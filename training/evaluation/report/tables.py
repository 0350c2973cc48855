"""The report's tables: events by clip, and labels."""

from collections.abc import Iterator, Sequence
from html import escape

from training.evaluation.report.words import SIDES, both, label_name, minus
from training.evaluation.result import ClipFigures, Evaluation, LabelFigures, Share


def events_section(evaluations: Sequence[Evaluation]) -> Iterator[str]:
    """What became of each thing in each clip."""
    known = [one.events for one in evaluations if one.events]
    if not known:
        return
    rendered = any(clip.rendered for clip in known[0].clips)
    yield f"<h2>{both('事件', 'Events on clips with truth')}</h2>\n"
    if rendered:
        yield f"<p>{both('含渲染街景，结果不等同于实景', 'some clips are rendered: no figure of real streets')}</p>"
    yield '<div class="card scroll"><table><tr>'
    yield f"<th>{both('片段', 'clip')}</th>"
    yield "".join(
        f'<th><span class="dot {side}"></span>{escape(one.name)}</th>'
        for side, one in zip(SIDES, evaluations, strict=False)
    )
    yield "</tr>\n"
    for row in zip(*(events.clips for events in known), strict=True):
        kind = f'<div class="sure">{both("渲染", "rendered")}</div>' if row[0].rendered else ""
        yield f'<tr><td class="label">{escape(row[0].clip)}<div class="sure">{row[0].length_s:.0f} s</div>{kind}</td>'
        yield "".join(f"<td>{_clip(clip)}</td>" for clip in row) + "</tr>\n"
    yield "</table></div>\n"


def _clip(clip: ClipFigures) -> str:
    lines = []
    for thing in clip.things:
        mark = '<span class="mark better">✓</span>' if thing.reported else '<span class="mark worse">✗</span>'
        start = ""
        if thing.start_error_s is not None:
            kind = "sure" if thing.in_time else "worse"
            start = f' <span class="{kind}">{both("起点", "start")} {minus(f"{thing.start_error_s:+.1f}")} s</span>'
        lines.append(f"<li>{mark}{escape(thing.what)}{start}</li>")
    words = {"false": both("误报", "false alarm"), "twice": both("重复", "reported again")}
    for alarm in clip.alarms:
        if alarm.verdict in words:
            what = alarm.what or label_name(alarm.label)
            lines.append(f'<li><span class="mark worse">!</span>{words[alarm.verdict]} {escape(what)}</li>')
    if not lines:
        return f'<span class="better">✓</span> {both("没有误报", "nothing to report, nothing reported")}'
    return f'<ul class="things">{"".join(lines)}</ul>'


def labels_section(evaluations: Sequence[Evaluation]) -> Iterator[str]:
    """How well each label is found in pictures."""
    known = [one.pictures for one in evaluations if one.pictures]
    if not known:
        return
    first = known[0]
    skipped = f"，{first.skipped} 张待确认未计 ({first.skipped} unconfirmed left out)" if first.skipped else ""
    yield f"<h2>{both('类别', 'Labels')}</h2>\n<p>{escape(first.name)} · {escape(first.part)} · "
    yield f"{both(f'{first.pictures} 张图片', 'pictures')}{skipped}</p>\n"
    yield '<div class="card scroll"><table><tr>'
    yield f"<th>{both('类别', 'label')}</th>"
    yield f'<th class="number">{both("框数", "true boxes")}</th>'
    yield f"<th>{both('mAP50 与 95 % 区间', 'AP50 and 95 % interval')}</th>"
    for zh, en in (("mAP50", "AP50"), ("mAP50-95", "AP50-95"), ("精确率", "precision"), ("召回率", "recall")):
        yield f'<th class="number">{both(zh, en)}</th>'
    yield "</tr>\n"
    for row in zip(*(figures.labels for figures in known), strict=True):
        yield _label_row(row)
    yield "</table></div>\n"


def _label_row(row: Sequence[LabelFigures]) -> str:
    columns = (
        [_three(one.ap50) for one in row],
        [_three(one.ap50_95) for one in row],
        [_percent(one.precision) for one in row],
        [_percent(one.recall) for one in row],
    )
    unknown = "".join(
        f'<span class="dot {side}"></span>' for side, one in zip(SIDES, row, strict=False) if not one.can_find
    )
    note = f'<div class="sure">{unknown}{both("无此类别", "has no such label")}</div>' if unknown else ""
    cells = "".join(
        '<td class="number">' + "".join(f'<span class="pair">{value}</span>' for value in column) + "</td>"
        for column in columns
    )
    head = f'<tr><td class="label">{escape(label_name(row[0].label))}{note}</td><td class="number">{row[0].boxes}</td>'
    return f"{head}<td>{_range(row)}</td>{cells}</tr>\n"


def _range(row: Sequence[LabelFigures]) -> str:
    """AP50 of each model as a dot on 0-1, its interval as a line through it."""
    lines = '<rect class="track" x="0" y="1" width="260" height="32" rx="6"/>'
    lines += "".join(f'<line class="grid" x1="{x}" x2="{x}" y1="5" y2="29"/>' for x in (65, 130, 195))
    for number, one in enumerate(row):
        if one.ap50 is None:
            continue
        y = 17 if len(row) == 1 else 11 + 12 * number
        interval, side = one.ap50_interval, SIDES[number]
        if interval:
            low, high = (8 + 244 * value for value in interval)
            lines += f'<line class="{side} sure" x1="{low:.1f}" x2="{high:.1f}" y1="{y}" y2="{y}"/>'
        at = 8 + 244 * one.ap50
        if number:
            lines += f'<rect class="{side}" x="{at - 4:.1f}" y="{y - 4}" width="8" height="8" rx="1"/>'
        else:
            lines += f'<circle class="{side}" cx="{at:.1f}" cy="{y}" r="4.5"/>'
    return f'<svg class="range" viewBox="0 0 260 34" role="img" aria-label="AP50">{lines}</svg>'


def _three(value: float | None) -> str:
    return "–" if value is None else f"{value:.3f}"


def _percent(share: Share) -> str:
    return "–" if share.value is None else f"{100 * share.value:.0f} %"
