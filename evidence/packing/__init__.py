"""What goes into a package, and when."""
