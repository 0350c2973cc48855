"""The officers' review: the queue, an opening with its evidence, decisions, requests, attachments."""
