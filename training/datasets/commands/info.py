"""jiejing dataset info."""

# ruff: noqa: FBT002 - each argument is an option of the command line

from collections import Counter
from typing import Any

from runtime.commands.options import JsonOption
from runtime.process.console import say, say_json
from training.datasets.card import UNSPLIT
from training.datasets.commands.options import DatasetArgument, listed
from training.datasets.folder import Dataset


def command(dataset: DatasetArgument, as_json: JsonOption = False) -> None:
    """Says what a data set holds, and what is not known in it."""
    opened = Dataset.open(dataset)
    facts = _facts(opened)
    if as_json:
        say_json(facts)
        return
    say(f"{opened.card.name}: {facts['pictures']} pictures, {facts['boxes']} boxes")
    for name in ("labels", "parts", "cameras", "waiting", "incomplete", "screened"):
        say(f"{name}: {listed(facts[name])}")
    for source in opened.card.sources:
        what = f"{source.name} ({source.format}, {source.licence})"
        say(f"source: {what}: {source.pictures} pictures, {source.boxes} boxes")


def _facts(dataset: Dataset) -> dict[str, Any]:
    """Counted anew, not read from the card."""
    counts: dict[str, Counter[str]] = {name: Counter() for name in ("labels", "parts", "cameras", "incomplete")}
    screened: Counter[str] = Counter()
    waiting: Counter[str] = Counter()
    pictures = 0
    labels = dataset.card.labels
    for picture in dataset.pictures():
        pictures += 1
        counts["labels"].update(one.label for one in picture.objects)
        counts["parts"][picture.part or UNSPLIT] += 1
        counts["cameras"][picture.camera_id or "unknown"] += 1
        counts["incomplete"].update(picture.incomplete(labels))
        screened.update(picture.screened & set(labels))
        waiting["pictures"] += picture.status == "suggested"
    return {
        "name": dataset.card.name,
        "pictures": pictures,
        "boxes": counts["labels"].total(),
        **{name: dict(sorted(counter.items())) for name, counter in counts.items()},
        "screened": dict(sorted(screened.items())),
        "waiting": dict(waiting),
        "sources": [source.model_dump(mode="json") for source in dataset.card.sources],
        "split": dataset.card.split.model_dump(mode="json") if dataset.card.split else None,
    }
