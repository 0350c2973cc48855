"""The site: its cameras, their rules, their secrets, their legal record, and how their streams do."""
