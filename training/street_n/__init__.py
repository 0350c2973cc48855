"""street-n, the model that ships: what it learns from, the one command that makes it, and what it is measured on."""
