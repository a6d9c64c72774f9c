"""Conversations on their way out, and one day in."""
