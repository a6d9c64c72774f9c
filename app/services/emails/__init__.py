"""Whose an e-mail address is, shown by links that are sent to it; how another takes its place."""
