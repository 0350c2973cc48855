"""The report's large figures."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from html import escape

from training.evaluation.report.words import minus
from training.evaluation.result import Evaluation, Share


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure of one evaluation; `sure` says how sure it is, or what it counts."""

    value: float | None
    sure: str


@dataclass(frozen=True, slots=True)
class Tile:
    zh: str
    en: str
    read: Callable[[Evaluation], Figure]
    unit: str = ""
    digits: int = 3
    lower_is_better: bool = False

    def shown(self, value: float | None) -> str:
        return "–" if value is None else f"{value:.{self.digits}f}{f'<small> {self.unit}</small>' if self.unit else ''}"


def _share(share: Share | None) -> Figure:
    if share is None or share.value is None:
        return Figure(None, "")
    return Figure(100 * share.value, f"{share.hits} / {share.of} · 95 % {100 * share.low:.0f}–{100 * share.high:.0f}")


def _map50(one: Evaluation) -> Figure:
    interval = one.pictures.map50_interval if one.pictures else None
    sure = f"95 % {interval[0]:.3f}–{interval[1]:.3f}" if interval else ""
    return Figure(one.pictures.map50 if one.pictures else None, sure)


def _map50_95(one: Evaluation) -> Figure:
    return Figure(one.pictures.map50_95 if one.pictures else None, "")


def _median_ms(one: Evaluation) -> Figure:
    return Figure(one.speed.median_ms, f"95 % &lt; {one.speed.p95_ms:.0f} ms")


_TILES = (
    Tile("事件召回率", "event recall", lambda one: _share(one.events.recall if one.events else None), "%", 0),
    Tile("事件精确率", "event precision", lambda one: _share(one.events.precision if one.events else None), "%", 0),
    Tile("mAP50", "mean AP, IoU 0.5", _map50),
    Tile("mAP50-95", "mean AP, IoU 0.50–0.95", _map50_95),
    Tile("每帧耗时", "median a frame", _median_ms, "ms", 0, lower_is_better=True),
)


def tiles(evaluations: Sequence[Evaluation]) -> Iterator[str]:
    """The figures that matter, large, a tile each."""
    yield '<section class="tiles">'
    for tile in _TILES:
        figures = [tile.read(one) for one in evaluations]
        if all(figure.value is None for figure in figures):
            continue
        yield f'<div class="card tile"><div class="name">{escape(tile.zh)}<span class="en">{tile.en}</span></div>'
        yield f'<div class="value">{tile.shown(figures[0].value)}</div><div class="sure">{figures[0].sure}&nbsp;</div>'
        if len(figures) > 1:
            yield '<div class="against"><span class="dot two"></span>'
            yield f"{tile.shown(figures[1].value)} {_change(tile, figures)}</div>"
        yield "</div>"
    yield "</section>\n"


def _change(tile: Tile, figures: Sequence[Figure]) -> str:
    new, old = (figure.value for figure in figures)
    if new is None or old is None:
        return ""
    change = round(new - old, tile.digits)
    better = change < 0 if tile.lower_is_better else change > 0
    kind = "same" if change == 0 else "better" if better else "worse"
    return f'<span class="{kind}">{minus(f"{change:+.{tile.digits}f}")}</span>'
