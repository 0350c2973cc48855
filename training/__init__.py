"""Data sets, training, evaluation, export and promotion. The only place that imports torch or ultralytics."""

import os

# Unless told so before its import, onnxruntime reports its use and keeps an identifier in the user's folder.
os.environ["ORT_DISABLE_TELEMETRY"] = "1"
