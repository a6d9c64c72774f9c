"""What users have used up."""
