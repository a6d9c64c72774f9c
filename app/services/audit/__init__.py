"""The audit log: what is written down, how it is sealed, and how tampering shows."""
