"""Backups: every row of every table in one file that any of the databases takes back."""
