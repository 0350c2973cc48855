"""The verifier and every check that it and the reconciliation make."""
