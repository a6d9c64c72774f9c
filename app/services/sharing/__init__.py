"""Conversations shown to others by links that their owners control."""
