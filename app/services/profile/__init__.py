"""What people call themselves, and what they look like."""
