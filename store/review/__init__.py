"""The review: the queue, claims, decisions, requests, figures and what training learns from it."""
