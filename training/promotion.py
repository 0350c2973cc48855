"""The gate before a promotion: a candidate beside the models in use, measured on the same data."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from training.evaluation.intervals import percentile_interval
from training.evaluation.result import Evaluation, EventFigures, LabelFigures, PictureFigures, Share, as_array

SLOWER = 1.25  # times as long a frame is worth a remark


@dataclass(frozen=True, slots=True)
class Tolerances:
    """How far a candidate may fall behind.

    Attributes:
        ap50: 0-1, of any label's AP at IoU 0.5.
        least_boxes: labels with fewer true boxes are too few to judge.
        event_recall: 0-1.
    """

    ap50: float = 0.02
    least_boxes: int = 20
    event_recall: float = 0.0


@dataclass(frozen=True, slots=True)
class Finding:
    """One line for people, in both languages; its text is the English one."""

    zh: str
    en: str

    def __str__(self) -> str:
        return self.en


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the gate says.

    Attributes:
        reasons: why the candidate is refused, a line each; none = it passes.
        remarks: what is worth knowing beside.
    """

    reasons: tuple[Finding, ...]
    remarks: tuple[Finding, ...]

    @property
    def passed(self) -> bool:
        """Whether the candidate may be promoted."""
        return not self.reasons

    def plain(self) -> dict[str, Any]:
        """As plain data, for scripts and the history."""
        return {
            "passed": self.passed,
            "reasons": [str(one) for one in self.reasons],
            "remarks": [str(one) for one in self.remarks],
        }


def gate(candidate: Evaluation, in_use: Evaluation | None, tolerances: Tolerances) -> Verdict:
    """Whether a candidate may take the place of what is in use.

    It must have been measured on the very pictures or clips that the models in use were measured on, and must fall
    behind them neither in event recall nor in any label by more than is tolerated. Figures are compared as they are;
    the intervals in the lines say how sure they are.

    Args:
        in_use: None = nothing is in use yet; then every measured candidate passes.
    """
    if candidate.pictures is None and candidate.events is None:
        return Verdict(
            (Finding("没有依据：候选模型未经评测", "no evidence: the candidate was not evaluated on anything"),), ()
        )
    if in_use is None:
        return Verdict((), (Finding("尚无在用模型可比", "no model is in use yet: there is nothing to compare with"),))
    comparison = _Comparison(candidate, in_use, tolerances)
    return Verdict(tuple(comparison.reasons()), tuple(comparison.remarks()))


def evidence(
    verdict: Verdict, candidate: Evaluation, in_use: Evaluation | None, tolerances: Tolerances
) -> dict[str, Any]:
    """What the history keeps of a decision, as plain data."""
    return {
        "gate": verdict.plain(),
        "tolerances": {
            "ap50": tolerances.ap50,
            "least_boxes": tolerances.least_boxes,
            "event_recall": tolerances.event_recall,
        },
        "candidate": _summary(candidate),
        "in_use": _summary(in_use) if in_use else None,
    }


@dataclass(frozen=True, slots=True)
class _Comparison:
    candidate: Evaluation
    in_use: Evaluation
    tolerances: Tolerances

    def reasons(self) -> Iterator[Finding]:
        compared = False
        if self._pictures:
            compared |= any(self._is_judged(one) for one in self._pictures[1].labels)
            yield from self._labels(*self._pictures)
        if self._events:
            compared |= self._events[1].recall.of > 0
            yield from self._event_recall(*self._events)
        if not compared:
            least = self.tolerances.least_boxes
            yield Finding(
                f"没有同一数据上的依据：双方都看过的，既无应报事件的片段，也无某类不少于 {least} 框的图片",
                "no evidence on the same data: neither clips with expected events nor pictures with at least "
                f"{least} boxes of a label were looked at by both",
            )

    def remarks(self) -> Iterator[Finding]:
        if self._events:
            yield from _false_alarms(*self._events)
        else:
            yield Finding(
                "事件召回率未比较：没有双方都评测过的片段",
                "event recall was not compared: no clips with truth that both were evaluated on",
            )
        if self._pictures:
            yield from self._too_few(self._pictures[1])
        else:
            yield Finding(
                "类别未比较：没有双方都评测过的图片",
                "labels were not compared: no pictures that both were evaluated on",
            )
        yield from self._slower()

    def _too_few(self, old: PictureFigures) -> Iterator[Finding]:
        few = ", ".join(one.label for one in old.labels if one.boxes and not self._is_judged(one))
        if few:
            least = self.tolerances.least_boxes
            yield Finding(
                f"框数太少（不足 {least}），不作判断：{few}", f"too few boxes to judge (under {least}): {few}"
            )

    def _slower(self) -> Iterator[Finding]:
        new, old = self.candidate.speed, self.in_use.speed
        if new.machine == old.machine and new.median_ms > SLOWER * old.median_ms:
            change = f"{old.median_ms:.0f} -> {new.median_ms:.0f} ms"
            yield Finding(f"变慢：每帧 {change}", f"slower: {change} a frame")

    @property
    def _pictures(self) -> tuple[PictureFigures, PictureFigures] | None:
        new, old = self.candidate.pictures, self.in_use.pictures
        return (new, old) if new and old and new.fingerprint == old.fingerprint else None

    @property
    def _events(self) -> tuple[EventFigures, EventFigures] | None:
        new, old = self.candidate.events, self.in_use.events
        return (new, old) if new and old and new.fingerprint == old.fingerprint else None

    def _is_judged(self, label: LabelFigures) -> bool:
        return label.boxes >= self.tolerances.least_boxes

    def _labels(self, new: PictureFigures, old: PictureFigures) -> Iterator[Finding]:
        candidate = {one.label: one for one in new.labels}
        for before in old.labels:
            after, label = candidate[before.label], before.label
            if before.can_find and not after.can_find:
                yield Finding(
                    f"{label}：候选模型完全不识别，在用模型识别",
                    f"{label}: the candidate cannot find it at all; the models in use can",
                )
            elif self._is_judged(before) and _fall(before, after) > self.tolerances.ap50:
                yield _label_fell(before, after, self.tolerances.ap50)

    def _event_recall(self, new: EventFigures, old: EventFigures) -> Iterator[Finding]:
        before, after = old.recall, new.recall
        if before.value is None or after.value is None:
            return
        tolerated = self.tolerances.event_recall
        if round(before.value - after.value, 6) > tolerated:
            change = f"{_share(before)} -> {_share(after)}"
            lost = "; ".join(_lost(new, old)) or "-"
            yield Finding(
                f"事件召回率：{change}；允许下降 {tolerated:g}；不再上报：{lost}",
                f"event recall: {change}; {tolerated:g} is tolerated; no longer reported: {lost}",
            )


def _fall(before: LabelFigures, after: LabelFigures) -> float:
    return round((before.ap50 or 0.0) - (after.ap50 or 0.0), 6)


def _label_fell(before: LabelFigures, after: LabelFigures, tolerated: float) -> Finding:
    change = f"mAP50 {before.ap50:.3f} -> {after.ap50:.3f} ({-_fall(before, after):+.3f}"
    # Paired: both were resampled with the same draws of the same pictures.
    between = percentile_interval(as_array(after.ap50_replicates) - as_array(before.ap50_replicates))
    if between:
        change += f", 95 % {between[0]:+.3f} .. {between[1]:+.3f}"
    change += ")"
    return Finding(
        f"{before.label}：{change}，{before.boxes} 框；允许下降 {tolerated:g}",
        f"{before.label}: {change} on {before.boxes} boxes; {tolerated:g} is tolerated",
    )


def _share(share: Share) -> str:
    return f"{share.hits} of {share.of} (95 % {share.low:.2f} .. {share.high:.2f})"


def _lost(new: EventFigures, old: EventFigures) -> Iterator[str]:
    """Things that the models in use reported and the candidate does not."""
    after = {(clip.clip, thing.what): thing.reported for clip in new.clips for thing in clip.things}
    for clip in old.clips:
        for thing in clip.things:
            if thing.reported and not after.get((clip.clip, thing.what)):
                yield f"{clip.clip}: {thing.what}"


def _false_alarms(new: EventFigures, old: EventFigures) -> Iterator[Finding]:
    for verdict, zh, en in (
        ("false", "误报增多", "more false alarms"),
        ("twice", "重复上报增多", "more things reported again"),
    ):
        before, after = old.count(verdict), new.count(verdict)
        if after > before:
            yield Finding(f"{zh}：{before} -> {after}", f"{en}: {before} -> {after}")


def _summary(evaluation: Evaluation) -> dict[str, Any]:
    pictures, events = evaluation.pictures, evaluation.events
    return {
        "models": [model.model_dump() for model in evaluation.models],
        "software": evaluation.software,
        "pictures": None
        if pictures is None
        else {
            "fingerprint": pictures.fingerprint,
            "name": pictures.name,
            "part": pictures.part,
            "map50": pictures.map50,
            "map50_95": pictures.map50_95,
            "ap50": {one.label: one.ap50 for one in pictures.labels},
        },
        "events": None
        if events is None
        else {
            "fingerprint": events.fingerprint,
            "name": events.name,
            "recall": events.recall.model_dump(),
            "precision": events.precision.model_dump(),
        },
        "median_ms": evaluation.speed.median_ms,
    }
