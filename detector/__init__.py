"""Pre- and postprocessing, inference, frame integrity, tracking of standing things, zones and dwell rules."""
