"""The commands of training; they join `jiejing` by this table, an entry point of jiejing.command_tables."""

from runtime.process.lazy_group import LazyCommand

COMMANDS = (
    LazyCommand(
        "dataset",
        "training.commands.dataset:app",
        "Data sets: labelled pictures, from others and from what officers decided.",
    ),
    LazyCommand("train", "training.commands.train:command", "Trains a network on a data set."),
    LazyCommand("model.evaluate", "training.commands.evaluate:command", "Measures how good models are."),
    LazyCommand("model.promote", "training.commands.promote:command", "Puts a candidate in use."),
)
