"""The demo: what it watches, what it stands on, and what it reports."""
