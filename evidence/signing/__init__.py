"""Keys, envelopes, chains and ledgers: whatever is signed, and the sealing itself."""
