"""Pre- and postprocessing, inference, frame integrity, tracking of standing things, zones and dwell rules."""

import os

# Unless told so before its import, onnxruntime reports its use and keeps an identifier in the user's folder.
os.environ["ORT_DISABLE_TELEMETRY"] = "1"
