"""Settings that administrators change while servers run."""
