"""SQLite and MySQL, each behind the two verbs of `app.database`."""
