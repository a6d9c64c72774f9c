"""Work that outlasts the process that does it."""
