"""Training of architectures from scratch: data sets, recipes, the loop and what it measures.

Importing this package loads torch; the engine imports it only where something is to be trained.
"""
