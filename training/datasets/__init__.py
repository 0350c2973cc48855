"""Data sets: what was labelled, by whom, and what is not known; import, check, split, suggest, harvest, export."""
