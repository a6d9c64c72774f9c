"""Finding what was said: an index of our own, the same on every database."""
