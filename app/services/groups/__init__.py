"""Groups of users whom administrators treat alike."""
