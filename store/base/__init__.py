"""What every table and repository stands on: the engine, transactions, column types, migration, dump, the vault."""
