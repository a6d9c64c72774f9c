"""What a token, a socket and a long history cost, beside a relay that does nothing else."""
