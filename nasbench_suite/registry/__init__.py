"""What is found by name: spaces, the readers of their files, and tables."""
