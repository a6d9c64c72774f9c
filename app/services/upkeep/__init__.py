"""What keeps a database in order: purging, keys, health."""
