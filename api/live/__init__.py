"""Live pictures, and what changes while somebody watches."""
