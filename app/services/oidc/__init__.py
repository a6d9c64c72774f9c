"""Logging in by an account at a provider (OpenID Connect)."""
