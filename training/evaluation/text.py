"""An evaluation as rows of text, names first, for the command line."""

from collections.abc import Iterator, Sequence

from training.evaluation.result import Evaluation, Share

HEADS = ("figure", "of", "value", "95 % interval", "counts")
Row = tuple[str, str, str, str, str]


def rows(evaluations: Sequence[Evaluation]) -> Iterator[Row]:
    """Every figure of every evaluation: its name, the models, the value, how sure it is, and what it counts."""
    for one in evaluations:
        yield from _events(one)
        yield from _pictures(one)
        yield (
            "median_ms",
            one.name,
            f"{one.speed.median_ms:.1f}",
            "",
            f"{one.speed.frames} frames; {one.speed.machine}",
        )


def _events(one: Evaluation) -> Iterator[Row]:
    if one.events is None:
        return
    yield _share("event_recall", one, one.events.recall)
    yield _share("event_precision", one, one.events.precision)
    yield ("reported_again", one.name, str(one.events.count("twice")), "", "")
    yield ("false_alarms", one.name, str(one.events.count("false")), "", "")
    errors = one.events.start_errors_s
    if errors:
        worst = max(abs(error) for error in errors)
        yield ("start_error_s", one.name, f"{errors[len(errors) // 2]:+.1f}", "", f"median; {worst:.1f} at most")


def _pictures(one: Evaluation) -> Iterator[Row]:
    if one.pictures is None:
        return
    counts = f"{one.pictures.pictures} pictures of {one.pictures.part}"
    yield ("map50", one.name, _three(one.pictures.map50), _interval(one.pictures.map50_interval), counts)
    yield ("map50_95", one.name, _three(one.pictures.map50_95), "", counts)
    for label in one.pictures.labels:
        counts = f"{label.boxes} boxes" + ("" if label.can_find else "; the models have no such label")
        yield (f"ap50 {label.label}", one.name, _three(label.ap50), _interval(label.ap50_interval), counts)
        yield (f"ap50_95 {label.label}", one.name, _three(label.ap50_95), "", counts)
        yield _share(f"precision {label.label}", one, label.precision)
        yield _share(f"recall {label.label}", one, label.recall)


def _share(name: str, one: Evaluation, share: Share) -> Row:
    interval = _interval((share.low, share.high)) if share.of else ""
    return (name, one.name, _three(share.value), interval, f"{share.hits} of {share.of}")


def _three(value: float | None) -> str:
    return "-" if value is None else f"{value:.3f}"


def _interval(interval: tuple[float, float] | None) -> str:
    return "" if interval is None else f"{interval[0]:.3f}-{interval[1]:.3f}"
