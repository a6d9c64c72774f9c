"""What processes that serve one database tell each other, besides what they write into it."""
