"""The layers around every request, as pure ASGI; `app.main` says in which order."""
