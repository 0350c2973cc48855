"""How good models are: boxes on labelled pictures, events on clips with truth, milliseconds a frame, and the report."""
