"""Keys by which programs use their owners' models."""
