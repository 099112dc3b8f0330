"""Comparing whole design spaces by the distributions of their networks' errors."""
