"""What takes hours: never in CI. Each module says what it measures and prints a dated result."""
