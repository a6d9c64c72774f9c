"""What administrators see of accounts, and do to them."""
