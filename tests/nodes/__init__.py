"""Several nodes of the app on a cluster of databases behind HAProxy, and what happens to them."""
