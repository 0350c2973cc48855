"""The HTTP side of every request: who asks, what a request may take, how errors are answered."""
