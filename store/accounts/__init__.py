"""Accounts, the organisation tree, sessions, tokens and second factors."""
