"""The gate before a promotion: a candidate beside the models in use, measured on the same data."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from core.messages import Message
from runtime.process.console import in_json
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
class Verdict:
    """What the gate says.

    Attributes:
        reasons: why the candidate is refused, a line each; none = it passes.
        remarks: what is worth knowing beside.
    """

    reasons: tuple[Message, ...]
    remarks: tuple[Message, ...]

    @property
    def passed(self) -> bool:
        """Whether the candidate may be promoted."""
        return not self.reasons

    def plain(self) -> dict[str, Any]:
        """As plain data, for scripts and the history."""
        return {
            "passed": self.passed,
            "reasons": [in_json(one) for one in self.reasons],
            "remarks": [in_json(one) for one in self.remarks],
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
        return Verdict((Message("training.candidate_not_evaluated"),), ())
    if in_use is None:
        return Verdict((), (Message("training.nothing_in_use_yet"),))
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

    def reasons(self) -> Iterator[Message]:
        compared = False
        if self._pictures:
            compared |= any(self._is_judged(one) for one in self._pictures[1].labels)
            yield from self._labels(*self._pictures)
        if self._events:
            compared |= self._events[1].recall.of > 0
            yield from self._event_recall(*self._events)
        if not compared:
            yield Message("training.no_evidence_in_common", least=self.tolerances.least_boxes)

    def remarks(self) -> Iterator[Message]:
        if self._events:
            yield from _false_alarms(*self._events)
        else:
            yield Message("training.recall_not_compared")
        if self._pictures:
            yield from self._too_few(self._pictures[1])
        else:
            yield Message("training.labels_not_compared")
        yield from self._slower()

    def _too_few(self, old: PictureFigures) -> Iterator[Message]:
        few = [one.label for one in old.labels if one.boxes and not self._is_judged(one)]
        if few:
            yield Message("training.too_few_boxes", least=self.tolerances.least_boxes, labels=few)

    def _slower(self) -> Iterator[Message]:
        new, old = self.candidate.speed, self.in_use.speed
        if new.machine == old.machine and new.median_ms > SLOWER * old.median_ms:
            yield Message("training.candidate_slower", before=round(old.median_ms), after=round(new.median_ms))

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

    def _labels(self, new: PictureFigures, old: PictureFigures) -> Iterator[Message]:
        candidate = {one.label: one for one in new.labels}
        for before in old.labels:
            after = candidate[before.label]
            if before.can_find and not after.can_find:
                yield Message("training.label_not_found_any_more", label=before.label)
            elif self._is_judged(before) and _fall(before, after) > self.tolerances.ap50:
                yield _label_fell(before, after, self.tolerances.ap50)

    def _event_recall(self, new: EventFigures, old: EventFigures) -> Iterator[Message]:
        before, after = old.recall, new.recall
        if before.value is None or after.value is None:
            return
        tolerated = self.tolerances.event_recall
        if round(before.value - after.value, 6) > tolerated:
            yield Message(
                "training.event_recall_fell",
                before=_share(before),
                after=_share(after),
                tolerated=f"{tolerated:g}",
                lost=list(_lost(new, old)) or "-",
            )


def _fall(before: LabelFigures, after: LabelFigures) -> float:
    return round((before.ap50 or 0.0) - (after.ap50 or 0.0), 6)


def _label_fell(before: LabelFigures, after: LabelFigures, tolerated: float) -> Message:
    change = f"mAP50 {before.ap50:.3f} -> {after.ap50:.3f} ({-_fall(before, after):+.3f}"
    # Paired: both were resampled with the same draws of the same pictures.
    between = percentile_interval(as_array(after.ap50_replicates) - as_array(before.ap50_replicates))
    if between:
        change += f", 95 % {between[0]:+.3f} .. {between[1]:+.3f}"
    change += ")"
    return Message(
        "training.label_fell", label=before.label, change=change, boxes=before.boxes, tolerated=f"{tolerated:g}"
    )


def _share(share: Share) -> Message:
    return Message("training.share_of", hits=share.hits, of=share.of, low=f"{share.low:.2f}", high=f"{share.high:.2f}")


def _lost(new: EventFigures, old: EventFigures) -> Iterator[Message]:
    """Things that the models in use reported and the candidate does not."""
    after = {(clip.clip, thing.what): thing.reported for clip in new.clips for thing in clip.things}
    for clip in old.clips:
        for thing in clip.things:
            if thing.reported and not after.get((clip.clip, thing.what)):
                yield Message("core.located", where=clip.clip, cause=thing.what)


def _false_alarms(new: EventFigures, old: EventFigures) -> Iterator[Message]:
    for verdict, code in (("false", "training.more_false_alarms"), ("twice", "training.more_reported_again")):
        before, after = old.count(verdict), new.count(verdict)
        if after > before:
            yield Message(code, before=before, after=after)


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
