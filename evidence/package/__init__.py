"""How a package lies on disk or in a .zip, and how that is read without trust."""
