"""`nasbench-suite dashboard wandb PROJECT`: a W&B workspace that compares the runs of a project."""

import argparse
import os
from collections.abc import Sequence

from nasbench_suite.errors import ConfigError
from nasbench_suite.report.output import write_text


def show(options: argparse.Namespace) -> None:
    """Makes what the first word names.

    Raises:
        ConfigError: it is not `wandb`, or no project follows it.
        NasBenchSuiteError: the package that makes workspaces is not installed, or the server has not taken one.
    """
    first, *others = options.words
    if first != "wandb":
        raise ConfigError(f"dashboard: expected `wandb PROJECT`, got {first!r}")
    _wandb(others, options)


def _wandb(words: Sequence[str], options: argparse.Namespace) -> None:
    from nasbench_suite.tracking import workspace

    if len(words) != 1 or not words[0].strip() or "/" in words[0]:
        got = " ".join(words).strip() or "none"
        raise ConfigError(f"dashboard wandb: expected one project's name, with --entity for whose it is; got {got}")
    workspace.check_package()
    (project,), entity = words, options.entity or os.environ.get("WANDB_ENTITY") or None
    datasets = list(dict.fromkeys(options.dataset))
    if options.save is not None:
        datasets = datasets or list(workspace.DATASETS)
        made = workspace.make_workspace(entity or "", project, datasets)
        write_text(options.save, workspace.specification(made) + "\n")
        print(f"specification, with panels for {', '.join(datasets)}: {options.save}")
        return
    owner = workspace.owner_of(entity)
    datasets = datasets or workspace.datasets_of(owner, project)
    address = workspace.save(workspace.make_workspace(owner, project, datasets))
    print(f"workspace, with panels for {', '.join(datasets)}: {address}")
