"""Cameras, live: from a stream to events and drafts."""
