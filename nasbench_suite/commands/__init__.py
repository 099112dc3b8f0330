"""What the command line's longer commands do."""
