"""From the command line to a resolved configuration, through Hydra."""
