"""A small server on this machine that answers W&B's own client, and keeps what it was sent."""

from wandb_server.records import Project, Run, Sweep, View
from wandb_server.server import Server

__all__ = ["Project", "Run", "Server", "Sweep", "View"]
