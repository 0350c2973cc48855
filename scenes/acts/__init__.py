"""The things that happen in streets, one function each: violations, and what only looks like one."""
