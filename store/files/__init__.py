"""Files that people bring: site files, tables, pictures. Dangerous ones are read in a process of their own."""
