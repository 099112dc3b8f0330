"""`nasbench-suite dashboard DIR`: a page to explore; `dashboard wandb PROJECT`: a W&B workspace that compares runs."""

import argparse
import os
from collections.abc import Sequence
from pathlib import Path

from nasbench_suite.errors import ConfigError
from nasbench_suite.folders import relative_path
from nasbench_suite.report.model import make_report
from nasbench_suite.report.output import write_text
from nasbench_suite.report.writers import write

PAGE = "dashboard.html"


def show(options: argparse.Namespace) -> None:
    """Makes what the first word names.

    Raises:
        ConfigError: no project follows `wandb`, or an option is for the other kind.
        ResultsError: a folder has nothing to report, or the page cannot be written.
        NasBenchSuiteError: the package that makes workspaces is not installed, or the server has not taken one.
    """
    first, *others = options.words
    of_a_page = {"--output": options.output}
    of_a_workspace = {"--entity": options.entity, "--dataset": options.dataset, "--save": options.save}
    for name, value in (of_a_page if first == "wandb" else of_a_workspace).items():
        if value:
            kind = "a page of results folders" if first == "wandb" else "a W&B workspace: dashboard wandb PROJECT"
            raise ConfigError(f"dashboard: {name} is for {kind}")
    if first == "wandb":
        _wandb(others, options)
    else:
        write_page([Path(word) for word in options.words], options.output)


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


def write_page(folders: Sequence[Path], output: Path | None = None) -> None:
    """Writes the page that `report --format html` writes, and prints where it is.

    Args:
        folders: results folders; whatever is below them is taken.
        output: file to write; None for `dashboard.html` in the first folder.

    Raises:
        ResultsError: there is nothing to report, or the file cannot be written.
    """
    folders = [folder.expanduser() for folder in folders]
    text = write(make_report(folders), "html")
    path = (output or folders[0] / PAGE).expanduser()
    write_text(path, text)
    print(relative_path(path, Path.cwd()))
