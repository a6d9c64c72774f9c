"""Logins: who is here."""
