"""The commands of training; they join `jiejing` by the entry points of the group jiejing.commands."""
