"""Events, their openings and their packages, and what changed lately."""
