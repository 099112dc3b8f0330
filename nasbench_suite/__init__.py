"""NAS benchmarks as tables, searched under one command.

Importing this package loads neither torch nor wandb nor Hydra.
"""
