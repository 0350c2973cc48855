"""Since when a thing stands: never earlier than it did.

A thing that rolls to a stop is near its place before it stands there, and a look comes only now and then. So its rest
begins at the first look from which it stays where it stands, and, where it was seen to arrive, at the next one that
is SETTLE_S later, or later still where it came slowly: within the bound it may have rolled on for so long.
"""

from collections.abc import Sequence
from datetime import datetime

import numpy as np

from core.geometry import Box

STILL_PX = 1.0  # pixels that a box at rest may jitter
STILL_SHARE = 0.02  # and the share of its size: 9 cm of a car, a third of a second of gentle braking
JITTER = 1.5  # times as far as the newest looks scatter: some detectors' boxes never rest
PLACE_LOOKS = 5  # newest looks whose median is the place
TRACE_LOOKS = 60  # looks that are kept
SETTLE_S, MOST_SETTLE_S = 0.5, 2.0
BORDER_PX = 3  # an edge this near to the border of the picture is the border's, not the thing's
MARGIN = 1.5  # boxes jitter, so the speed at which it came is not exact

Trace = Sequence[tuple[datetime, Box]]


def common_shift(box: Box, place: Box, axis: int, border: int, border_px: float) -> float:
    """How far both edges of a box are displaced the same way along an axis, in pixels.

    What hides a part of a thing shifts one edge of its box; what moves it shifts two opposite edges the same way. Where
    the border of the picture cuts the thing off, only the other edge can tell.

    Args:
        axis: 0 = x, 1 = y.
        border: size of the picture along it; border_px: an edge this near to it is the border's.
    """
    low, high = box[axis] - place[axis], box[axis + 2] - place[axis + 2]
    if max(box[axis + 2], place[axis + 2]) >= border - border_px:
        return abs(low)
    if min(box[axis], place[axis]) <= border_px:
        return abs(high)
    return min(abs(low), abs(high)) if low * high > 0 else 0.0


def rested_at(trace: Trace, size_wh: tuple[int, int], border_px: float, *, arrived: bool) -> datetime:
    """The first look of a trace at which the thing surely stood.

    Args:
        trace: what was seen of it, oldest first, not empty.
        arrived: whether it was not there at the look before the first.
    """
    newest = [box for _, box in trace[-PLACE_LOOKS:]]
    x1, y1, x2, y2 = (float(value) for value in np.median(np.array(newest), axis=0))
    place = (x1, y1, x2, y2)
    shifts = [[common_shift(box, place, axis, size_wh[axis], border_px) for axis in (0, 1)] for _, box in trace]
    bounds = [_bound(place, axis, [shift[axis] for shift in shifts[-PLACE_LOOKS:]]) for axis in (0, 1)]
    still = [all(shift <= bound for shift, bound in zip(one, bounds, strict=True)) for one in shifts]
    first = next((n for n in range(len(still) - 1) if still[n] and still[n + 1]), len(trace) - 1)
    if first == 0 and not arrived:
        return trace[0][0]
    came = trace[first][0]
    settle_s = SETTLE_S if first == 0 else max(SETTLE_S, _rolls_on_s(trace, shifts, bounds, first))
    return next((at for at, _ in trace[first:] if (at - came).total_seconds() >= settle_s - 0.01), trace[-1][0])


def _rolls_on_s(trace: Trace, shifts: Sequence[Sequence[float]], bounds: Sequence[float], first: int) -> float:
    """How long it may go on within the bounds at the speed at which it came, in seconds."""
    step_s = (trace[first][0] - trace[first - 1][0]).total_seconds()
    speeds = [(before - after) / step_s for before, after in zip(shifts[first - 1], shifts[first], strict=True)]
    axis = speeds.index(max(speeds))
    return min(MOST_SETTLE_S, MARGIN * bounds[axis] / speeds[axis]) if speeds[axis] > 0 else MOST_SETTLE_S


def _bound(place: Box, axis: int, newest: Sequence[float]) -> float:
    size = place[axis + 2] - place[axis]
    return max(STILL_PX, STILL_SHARE * size, JITTER * max(newest))  # of things at rest the newest scatter little
