"""Which models users talk to: their own and the operator's."""
