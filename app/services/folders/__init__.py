"""Folders, in which conversations are kept."""
