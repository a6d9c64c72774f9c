"""What the processes that serve one database know of each other, besides what is in it."""
