"""Usage: what it cost, and how much of it there may be."""
