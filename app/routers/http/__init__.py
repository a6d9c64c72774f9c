"""What routes over HTTP share."""
