"""Replies while they are written."""
