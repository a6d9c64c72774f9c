"""Accounts: who exists."""
