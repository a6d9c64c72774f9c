"""`python -m app.cli`: the command line where the entry point is not installed."""

from app.cli import main

main()
