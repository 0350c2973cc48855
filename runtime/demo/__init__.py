"""The demo: what it watches, how its streets are rendered, and what it tells."""
