"""Several processes that serve one address: who starts them, and what they know of each other."""
