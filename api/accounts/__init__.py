"""Signing in, accounts, the organisation tree and access tokens."""
