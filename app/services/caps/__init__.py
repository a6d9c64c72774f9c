"""Caps as somebody sets and reads them; `usage` has how they hold."""
