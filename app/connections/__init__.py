"""What is open, and how each of it ends."""
