"""What every process has: console, logs, signals, memory, the supervisor."""
