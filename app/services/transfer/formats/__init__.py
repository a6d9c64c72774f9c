"""How each product tells its conversations, and nothing but what is particular to it."""
