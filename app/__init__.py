"""The chat backend. `main.create_app` builds the server, `cli.main` is the command line."""

__version__ = "1.10.0"
