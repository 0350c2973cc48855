"""The pictures of a training: how it went, and what the network takes for what."""

# ruff: noqa: PLC0415 - torch and Ultralytics take seconds, and are imported after `confine` only

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from training.datasets.files import storing
from training.learning.progress import Row

# Colours that the colour-blind can tell apart (Okabe and Ito 2008).
_COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000")
_CHINESE = ("Noto Sans CJK SC", "Source Han Sans SC", "WenQuanYi Micro Hei", "WenQuanYi Zen Hei", "Noto Sans CJK JP")
_STYLE = {
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "grid.color": "#E5E5E5",
    "axes.axisbelow": True,
    "font.size": 10,
    "axes.titlesize": 11,
    "axes.titlelocation": "left",
    "legend.frameon": False,
}
_SMALL = 12  # from so many labels on, the numbers in the matrix would not be read


def draw_curves(rows: Sequence[Row], title: str, out: Path) -> None:
    """Draws losses, precision and recall, average precision and the learning rate, by epoch.

    Raises:
        StorageError: the picture cannot be written.
    """
    with _figure(title, (11, 7), out) as figure:
        panels = figure.subplots(2, 2)
        losses = [name for name in rows[0] if name.endswith("_loss")]
        stems = list(dict.fromkeys(name.partition("_")[2] for name in losses))
        for colour, stem in zip(_COLOURS, stems, strict=False):
            what = stem.removesuffix("_loss")
            _line(panels[0, 0], rows, f"train_{stem}", f"{what}, train", colour, "-")
            _line(panels[0, 0], rows, f"val_{stem}", f"{what}, val", colour, "--")
        _line(panels[0, 1], rows, "map50", "mAP50", _COLOURS[0], "-")
        _line(panels[0, 1], rows, "map50_95", "mAP50-95", _COLOURS[1], "-")
        _line(panels[1, 0], rows, "precision", "precision", _COLOURS[2], "-")
        _line(panels[1, 0], rows, "recall", "recall", _COLOURS[3], "-")
        _line(panels[1, 1], rows, "learning_rate", "learning rate", _COLOURS[6], "-")
        titles = ("loss", "average precision, val", "precision and recall at the best score, val", "learning rate")
        for panel, name in zip(panels.flat, titles, strict=True):
            _finish(panel, name, last=int(rows[-1]["epoch"]))
        panels[0, 1].set_ylim(0, 1)
        panels[1, 0].set_ylim(0, 1)
        panels[1, 1].set_ylim(bottom=0)


def draw_confusion(matrix: NDArray[np.integer], labels: Sequence[str], title: str, out: Path) -> None:
    """Draws how often what is true (rows) was found as what (columns), coloured by its share of the row.

    Args:
        matrix: (L + 1, L + 1) counts; the last row is where nothing is, the last column what was not found.

    Raises:
        StorageError: the picture cannot be written.
    """
    side = 3.2 + 0.75 * len(labels)
    with _figure(title, (side + 1, side), out) as figure:
        panel = figure.subplots()
        totals = matrix.sum(axis=1, keepdims=True)
        share = np.divide(matrix, totals, out=np.zeros(matrix.shape), where=totals > 0)
        panel.imshow(share, cmap="Blues", vmin=0, vmax=1)
        if len(labels) <= _SMALL:
            for (row, column), count in np.ndenumerate(matrix):
                colour = "white" if share[row, column] > 0.6 else "black"
                panel.text(column, row, str(count), ha="center", va="center", color=colour)
        ticks = range(len(labels) + 1)
        panel.set_xticks(ticks, [*labels, "not found"], rotation=45, ha="right")
        panel.set_yticks(ticks, [*labels, "nothing there"])
        panel.set_xlabel("found")
        panel.set_ylabel("true")
        panel.grid(visible=False)


@contextmanager
def _figure(title: str, size_in: tuple[float, float], out: Path) -> Iterator[Any]:
    import matplotlib as mpl
    from matplotlib.figure import Figure

    with mpl.rc_context({**_STYLE, "font.family": _families()}):
        figure = Figure(figsize=size_in, dpi=110, layout="constrained")
        figure.suptitle(title, x=0.01, ha="left", fontsize=12, fontweight="bold")
        yield figure
        with storing(out):
            figure.savefig(out, metadata={"Software": None})


def _families() -> list[str]:
    """Latin letters first; Chinese ones from a font of this system, where it has one."""
    from matplotlib import font_manager

    there = set(font_manager.get_font_names())
    return ["DejaVu Sans", *(name for name in _CHINESE if name in there)][:2]


def _line(panel: Any, rows: Sequence[Row], name: str, label: str, colour: str, style: str) -> None:
    values = [row.get(name, np.nan) for row in rows]
    # A single epoch makes no line: it is shown as a point.
    marker = "o" if len(rows) == 1 else ""
    panel.plot([row["epoch"] for row in rows], values, style, color=colour, label=label, marker=marker, linewidth=1.6)


def _finish(panel: Any, name: str, *, last: int) -> None:
    panel.set_title(name)
    panel.set_xlabel("epoch")
    panel.set_xlim(0.5, max(last, 1) + 0.5)
    panel.xaxis.get_major_locator().set_params(integer=True)
    if len(panel.lines) > 1:
        panel.legend(loc="best", fontsize=9)
