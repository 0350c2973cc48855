"""jiejing dataset prelabel."""

# ruff: noqa: FBT002 - each argument is an option of the command line

from typing import Annotated

import typer

from core.settings import load_settings
from detector.engine import Detector
from models.store import ModelStore
from runtime.commands.options import JsonOption
from runtime.process.console import progress, say, say_json
from training.datasets.commands.options import DatasetArgument, choice, labels_option, listed, plain
from training.datasets.folder import Dataset
from training.datasets.suggesting import As, SuggestRules, suggest


def command(
    dataset: DatasetArgument,
    model: Annotated[list[str], typer.Option(help="Model of the store; given twice, their disagreement is kept too.")],
    as_: Annotated[
        str,
        typer.Option("--as", help="suggestions for a person to confirm, or ignore: unlabelled things are not learned."),
    ] = "suggestions",
    labels: Annotated[str | None, typer.Option(help="Labels to look for; those of the data set otherwise.")] = None,
    min_score: Annotated[float, typer.Option(min=0.05, max=1, help="Finds below this score are left out.")] = 0.4,
    as_json: JsonOption = False,
) -> None:
    """Lets models look at what is not labelled completely; confirmed labels never change."""
    opened = Dataset.open(dataset)
    rules = SuggestRules(choice(as_, As, "--as"), min_score, labels_option(labels, "--labels"))
    store = ModelStore(load_settings().home)
    stored = [store.find(name) for name in model]
    finders = [Detector(one.card, one.weights) for one in stored]
    with progress("pictures", opened.card.counts.pictures) as step:
        report = suggest(opened, finders, rules, step=step)
    if as_json:
        say_json(plain(report))
        return
    say(f"{dataset}: looked at {report.looked_at} pictures, {report.settled} are labelled completely already")
    what = "ignore regions" if rules.as_ == "ignore" else "suggestions"
    say(f"{what}: {listed(report.added)}; {report.waiting} pictures wait for a person")
