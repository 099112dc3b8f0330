"""Searches among architectures that somebody measured: samples of a space, and partial tables of any space."""
