"""Asking for a reply."""
