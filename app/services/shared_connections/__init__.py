"""The operator's connections, and who may use them."""
