"""Paints the ground of a street: asphalt, pavement, markings, wear and dirt, seen from above."""

from dataclasses import dataclass
from itertools import pairwise

import cv2
import numpy as np
from numpy.typing import NDArray

from core.domain import Image
from scenes.paving import PAVINGS
from scenes.plan import Plan
from scenes.still import Ground
from scenes.textures import noise

Field = NDArray[np.float32]
Rng = np.random.Generator
Extent = tuple[float, float, float, float]

NEAR_PX_M, FAR_PX_M = 0.016, 0.07

_WHITE, _YELLOW = (0.80, 0.80, 0.77), (0.80, 0.62, 0.14)


def paint_ground(plan: Plan) -> Ground:
    """The ground of a plan, fine where the camera is near, coarse beyond."""
    ahead = plan.direction
    near_x = (-7.0, 41.0) if ahead > 0 else (-41.0, 7.0)
    far_x = (-25.0, 125.0) if ahead > 0 else (-125.0, 25.0)
    near: Extent = (near_x[0], -1.0, near_x[1] - near_x[0], plan.far_wall_m + 2.0)
    far: Extent = (far_x[0], -12.0, far_x[1] - far_x[0], plan.far_wall_m + 26.0)
    return Ground(_Painter(plan, near, NEAR_PX_M).paint(), _Painter(plan, far, FAR_PX_M).paint(), near, far)


@dataclass
class _Painter:
    plan: Plan
    extent: Extent
    px_m: float

    def __post_init__(self) -> None:
        self.width = round(self.extent[2] / self.px_m)
        self.height = round(self.extent[3] / self.px_m)
        self.rng = np.random.default_rng([self.plan.seed, 21])
        self.rgb = np.zeros((self.height, self.width, 3), np.float32)
        self.gloss = np.zeros((self.height, self.width), np.float32)

    def paint(self) -> Image:
        """(height, width, 4) uint8 RGB and gloss."""
        plan = self.plan
        self.rgb[:] = (0.40, 0.39, 0.38)
        self._asphalt(*self._rows(plan.kerb_m, plan.far_kerb_m))
        self._paving(*self._rows(-3, plan.kerb_m))
        self._paving(*self._rows(plan.far_kerb_m, plan.far_wall_m + 12))
        self._markings()
        self._tactile()
        self._pits()
        self._covers()
        self._dirt()
        self._puddles()
        pixels = np.dstack([np.clip(self.rgb, 0.02, 1), np.clip(self.gloss, 0, 1)])
        return (pixels * 255 + 0.5).astype(np.uint8)

    # -- places -------------------------------------------------------------------------------------------------

    def _rows(self, y1: float, y2: float) -> tuple[int, int]:
        first, last = ((y - self.extent[1]) / self.px_m for y in (y1, y2))
        return max(0, round(first)), min(self.height, round(last))

    def _spots(self, points_m: NDArray[np.floating] | list[tuple[float, float]]) -> NDArray[np.int32]:
        points = np.asarray(points_m, np.float64)
        return np.round((points - self.extent[:2]) / self.px_m * 16).astype(np.int32)

    def _clouds(self, rows: tuple[int, int], cell_m: float, octaves: int = 4, *, stretch: float = 1.0) -> Field:
        size = (self.width, rows[1] - rows[0])
        return noise(self.rng, size, max(2.0, cell_m / self.px_m), octaves, stretch=stretch)

    # -- surfaces -----------------------------------------------------------------------------------------------

    def _asphalt(self, first: int, last: int) -> None:
        rows = (first, last)
        base = 0.335 + 0.020 * self._clouds(rows, 4.0) + 0.012 * self._clouds(rows, 0.25, 3)
        base += 0.035 * self.rng.standard_normal(base.shape, dtype=np.float32) * min(1.0, 0.02 / self.px_m)
        y = (np.arange(first, last) * self.px_m + self.extent[1])[:, None]
        for lane in self.plan.lanes:
            for side in (-0.8, 0.8):
                base -= 0.022 * np.exp(-(((y - lane - side) / 0.32) ** 2))
            base -= 0.018 * np.exp(-(((y - lane) / 0.22) ** 2)) * (1 + 0.4 * self._clouds(rows, 2.0, 2, stretch=6))
        self.rgb[first:last] = base[..., None] * np.array((1.0, 0.995, 0.985), np.float32)
        self.gloss[first:last] = 0.25
        self._patches(first, last)
        self._cracks(self.plan.kerb_m, self.plan.far_kerb_m, 9)

    def _patches(self, first: int, last: int) -> None:
        mask = np.zeros((self.height, self.width), np.float32)
        seam = np.zeros_like(mask)
        for _ in range(int(self.rng.integers(2, 6))):
            x = self.extent[0] + self.rng.uniform(0, self.extent[2])
            y = self.rng.uniform(self.plan.kerb_m + 0.5, self.plan.far_kerb_m - 1)
            length, width = self.rng.uniform(1.2, 7), self.rng.uniform(0.7, 1.6)
            outline = self._spots([(x, y), (x + length, y), (x + length, y + width), (x, y + width)])
            cv2.fillPoly(mask, [outline], float(self.rng.uniform(-0.06, 0.04)), cv2.LINE_AA, 4)
            cv2.polylines(seam, [outline], True, 1.0, max(1, round(0.05 / self.px_m)), cv2.LINE_AA, 4)  # noqa: FBT003
        self.rgb[first:last] += mask[first:last, :, None]
        self.rgb[first:last] *= 1 - 0.35 * seam[first:last, :, None]

    def _cracks(self, y1: float, y2: float, count: int) -> None:
        mask = np.zeros((self.height, self.width), np.float32)
        for _ in range(count):
            x = self.extent[0] + self.rng.uniform(0, self.extent[2])
            y, heading = self.rng.uniform(y1, y2), self.rng.uniform(0, 2 * np.pi)
            turns = heading + np.cumsum(self.rng.normal(0, 0.45, 60))
            path = np.column_stack([x + np.cumsum(np.cos(turns)) * 0.09, y + np.cumsum(np.sin(turns)) * 0.09])
            path = path[(path[:, 1] > y1 + 0.05) & (path[:, 1] < y2 - 0.05)]
            cv2.polylines(mask, [self._spots(path)], False, 1.0, 1, cv2.LINE_AA, 4)  # noqa: FBT003
        self.rgb *= 1 - 0.38 * min(1.0, 0.02 / self.px_m) * cv2.GaussianBlur(mask, (0, 0), 0.7)[..., None]

    def _paving(self, first: int, last: int) -> None:
        if last <= first:
            return
        paving = PAVINGS[self.plan.paving]
        long, short = paving.stone_m
        y = (np.arange(first, last) * self.px_m + self.extent[1])[:, None]
        x = (np.arange(self.width) * self.px_m + self.extent[0])[None, :]
        row = np.floor(y / short).astype(np.int64)
        shifted = x + (row % 2) * long / 2
        column = np.floor(shifted / long).astype(np.int64)
        tints = self.rng.normal(0, 1, 4096).astype(np.float32)
        tint = tints[(row * 131 + column * 17) % 4096]
        joint = np.minimum(np.minimum(shifted % long, long - shifted % long), np.minimum(y % short, short - y % short))
        line = np.clip(1 - joint / max(0.007, self.px_m * 0.6), 0, 1) * min(1.0, 0.03 / self.px_m)
        rows = (first, last)
        shade = 1 + 0.045 * tint + 0.05 * self._clouds(rows, 3.0) + 0.025 * self._clouds(rows, 0.3, 3)
        shade += 0.03 * self.rng.standard_normal(shade.shape, dtype=np.float32) * min(1.0, 0.02 / self.px_m)
        shade *= 1 - 0.34 * line
        colour = np.asarray(paving.rgb, np.float32) * (1 + np.array((0.02, 0, -0.02), np.float32) * tint[..., None])
        self.rgb[first:last] = colour * shade[..., None]
        self.gloss[first:last] = 0.30 - 0.15 * line

    # -- markings -----------------------------------------------------------------------------------------------

    def _markings(self) -> None:
        plan, mask = self.plan, np.zeros((self.height, self.width), np.float32)
        yellow = np.zeros_like(mask)
        self._lanes(mask, yellow)
        self._bays(mask)
        start, end = self.extent[0], self.extent[0] + self.extent[2]
        self._bar(mask, (start, plan.shop_line_m), (end, plan.shop_line_m), 0.07)
        wear = np.clip(0.86 + 0.22 * self._clouds((0, self.height), 0.6, 4), 0.25, 0.95)
        for shape, colour in ((mask, _WHITE), (yellow, _YELLOW)):
            share = (shape * wear)[..., None]
            self.rgb = self.rgb * (1 - share) + np.asarray(colour, np.float32) * (0.9 + 0.1 * wear[..., None]) * share

    def _lanes(self, mask: Field, yellow: Field) -> None:
        plan = self.plan
        middle = (plan.kerb_m + plan.far_kerb_m) / 2
        start, end = self.extent[0], self.extent[0] + self.extent[2]
        for offset in (-0.12, 0.12):
            self._bar(yellow, (start, middle + offset), (end, middle + offset), 0.13)
        for lane_edge in plan.lane_edges:
            for x in np.arange(np.floor(start / 6) * 6, end, 6.0):
                self._bar(mask, (x, lane_edge), (x + 2.6, lane_edge), 0.13)
        for edge in (plan.kerb_m + 0.35, plan.far_kerb_m - 0.35):
            self._bar(yellow if plan.no_parking else mask, (start, edge), (end, edge), 0.12)

    def _bays(self, mask: Field) -> None:
        plan = self.plan
        for x, y, length, width in plan.bays:
            corners = [(x, y), (x + length, y), (x + length, y + width), (x, y + width), (x, y)]
            for a, b in pairwise(corners):
                self._bar(mask, a, b, 0.10)
        if plan.crossing_x is not None:
            for y in np.arange(plan.kerb_m + 0.5, plan.far_kerb_m - 0.4, 0.95):
                self._bar(mask, (plan.crossing_x, y), (plan.crossing_x + 3.6, y), 0.45)

    def _bar(self, mask: Field, start: tuple[float, float], end: tuple[float, float], width: float) -> None:
        a, b = np.asarray(start), np.asarray(end)
        along = (b - a) / max(float(np.linalg.norm(b - a)), 1e-6)
        side = np.array((-along[1], along[0])) * width / 2
        cv2.fillPoly(mask, [self._spots(np.array([a - side, b - side, b + side, a + side]))], 1.0, cv2.LINE_AA, 4)

    def _tactile(self) -> None:
        y1, y2 = self.plan.tactile_m
        first, last = self._rows(y1, y2)
        if last <= first:
            return
        y = ((np.arange(first, last) * self.px_m + self.extent[1]) - y1)[:, None]
        x = (np.arange(self.width) * self.px_m + self.extent[0])[None, :]
        ridge = (np.abs((y / 0.1) % 1 - 0.5) < 0.22) & (np.abs((x / 0.3) % 1 - 0.5) < 0.44)
        seam = ((x / 0.3) % 1 < 0.03) | ((y / 0.3) % 1 < 0.03)
        shade = 1 + 0.10 * ridge * min(1.0, 0.03 / self.px_m) - 0.25 * seam * min(1.0, 0.03 / self.px_m)
        shade = shade * (1 + 0.06 * self._clouds((first, last), 1.0))
        self.rgb[first:last] = np.array((0.70, 0.58, 0.26), np.float32) * shade[..., None]

    def _pits(self) -> None:
        for x, y in self.plan.trees:
            outline = self._spots([(x - 0.6, y - 0.55), (x + 0.6, y - 0.55), (x + 0.6, y + 0.55), (x - 0.6, y + 0.55)])
            mask = np.zeros((self.height, self.width), np.float32)
            cv2.fillPoly(mask, [outline], 1.0, cv2.LINE_AA, 4)
            if not mask.any():
                continue
            rows, columns = np.nonzero(mask)
            window = np.s_[rows.min() : rows.max() + 1, columns.min() : columns.max() + 1]
            grain = self.rng.normal(1, 0.18, mask[window].shape).astype(np.float32)
            soil = np.array((0.25, 0.20, 0.15), np.float32) * grain[..., None]
            self.rgb[window] = self.rgb[window] * (1 - mask[window][..., None]) + soil * mask[window][..., None]
            self.gloss[window] = 0.05

    def _covers(self) -> None:
        """Manhole covers and gully grates."""
        for _ in range(7):
            x = self.extent[0] + self.rng.uniform(0.1, 0.9) * self.extent[2]
            y = self.rng.uniform(self.plan.shop_line_m + 0.5, self.plan.far_kerb_m - 1)
            self._disc(x, y, 0.36)
        for x in np.arange(self.extent[0] + 3, self.extent[0] + self.extent[2], 17.0):
            y = self.plan.kerb_m + 0.18
            corners = self._spots([(x, y - 0.15), (x + 0.6, y - 0.15), (x + 0.6, y + 0.15), (x, y + 0.15)])
            cv2.fillPoly(self.rgb, [corners], (0.13, 0.13, 0.13), cv2.LINE_AA, 4)

    def _disc(self, x: float, y: float, radius: float) -> None:
        spot = self._spots([(x, y)])[0]
        for share, tone in ((1.0, 0.16), (0.92, 0.27), (0.80, 0.22), (0.72, 0.28), (0.4, 0.22), (0.3, 0.27)):
            size = round(radius * share / self.px_m * 16)
            cv2.circle(self.rgb, (int(spot[0]), int(spot[1])), size, (tone, tone, tone * 0.97), -1, cv2.LINE_AA, 4)

    # -- dirt ---------------------------------------------------------------------------------------------------

    def _dirt(self) -> None:
        whole = (0, self.height)
        stains = np.clip(self._clouds(whole, 0.9, 4) - 1.25, 0, 1.2) + np.clip(self._clouds(whole, 0.25, 2) - 2.0, 0, 1)
        self.rgb *= (1 - 0.20 * stains)[..., None]
        y = (np.arange(self.height) * self.px_m + self.extent[1])[:, None]
        gutter = np.exp(-(((y - self.plan.kerb_m - 0.15) / 0.25) ** 2)) + 0.8 * np.exp(-((y / 0.35) ** 2))
        self.rgb *= 1 - (0.22 * gutter * (0.8 + 0.4 * self._clouds(whole, 0.7, 3)))[..., None]
        self._spots_of_gum()
        self._leaves()

    def _spots_of_gum(self) -> None:
        mask = np.zeros((self.height, self.width), np.float32)
        count = int(self.extent[2] * self.plan.kerb_m * 0.9)
        points = self.rng.uniform((self.extent[0], 0), (self.extent[0] + self.extent[2], self.plan.kerb_m), (count, 2))
        for x, y in self._spots(points):
            cv2.circle(mask, (int(x), int(y)), round(0.02 / self.px_m * 16), 1.0, -1, cv2.LINE_AA, 4)
        self.rgb *= 1 - 0.22 * mask[..., None]

    def _leaves(self) -> None:
        if self.px_m > 0.03:
            return
        for tree_x, tree_y in self.plan.trees:
            spread = self.rng.normal((tree_x, tree_y), 1.5, (26, 2))
            for x, y in self._spots(spread):
                colour = ((0.45, 0.36, 0.12), (0.34, 0.36, 0.12), (0.42, 0.24, 0.10))[self.rng.integers(3)]
                axes = (round(self.rng.uniform(0.03, 0.06) / self.px_m * 16), round(0.022 / self.px_m * 16))
                angle = float(self.rng.uniform(0, 180))
                cv2.ellipse(self.rgb, (int(x), int(y)), axes, angle, 0, 360, colour, -1, cv2.LINE_AA, 4)

    def _puddles(self) -> None:
        """Where water stands when it rains: the gloss says."""
        hollow = np.clip(self._clouds((0, self.height), 2.2, 4) - 0.55, 0, 1)
        self.gloss = np.clip(self.gloss * 0.8 + 0.85 * np.clip(hollow * 3, 0, 1) * 0.9, 0, 1)
