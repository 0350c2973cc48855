"""What follows from what: the rules of review, evidence requests, observing, relaxations and figures. Pure."""
