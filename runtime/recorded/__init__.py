"""A recorded video from its first frame to its last."""
