"""Models taken in and opened."""
