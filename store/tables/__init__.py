"""Every table, in one room, since tables refer to each other."""
