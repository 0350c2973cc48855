"""Export: from trained weights to a model that the runtime can run, compared with them and measured."""
