"""Domain types, geometry, clock, errors, settings and ports. Pure: standard library, numpy and pydantic only."""
