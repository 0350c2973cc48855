"""Data sets, training, evaluation, export and promotion. The only place that imports torch or ultralytics."""
