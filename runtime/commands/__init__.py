"""The commands of jiejing, one file each."""
