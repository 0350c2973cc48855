"""What is drawn: stills with marks, the composite, the time-lapse, and their words."""
