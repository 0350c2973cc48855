"""Learning: a network from a data set, with Ultralytics; seeded, resumable, without network."""
