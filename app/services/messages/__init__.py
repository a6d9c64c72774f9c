"""Messages as they are stored."""
