"""A W&B workspace that compares the runs of a project, by the metric keys that the runs here have.

Made with the package wandb-workspaces, whose conversion to what the server takes is private: its version is pinned.
"""

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from importlib import metadata
from pathlib import Path
from typing import Any

from nasbench_suite.errors import NasBenchSuiteError
from nasbench_suite.tracking.environment import without_given_run

PACKAGE, VERSION = "wandb-workspaces", "0.4.13"
NAME = "nasbench-suite: algorithms compared"
DATASETS = ("cifar10", "cifar100", "ImageNet16-120", "digits")
"""Those that have panels where nobody names any and no server is asked."""
MOST_RUNS = 100  # in a panel


def check_package() -> None:
    """Refuses to begin without the package, in its one version.

    Raises:
        NasBenchSuiteError: it is not installed, or another version is.
    """
    try:
        found = metadata.version(PACKAGE)
    except metadata.PackageNotFoundError:
        found = "none"
    if found != VERSION:
        raise NasBenchSuiteError(
            f"a workspace needs the package {PACKAGE} {VERSION}, found {found}; pip install 'nasbench-suite[dashboard]'"
        )


def make_workspace(entity: str, project: str, datasets: Sequence[str]) -> Any:
    """Returns the workspace, as the package's own value.

    Args:
        entity: user or team; not part of the specification.
        project: whose runs are shown.
        datasets: that have panels, in their order.
    """
    import wandb_workspaces.workspaces as ws
    from wandb_workspaces import expr

    return ws.Workspace(
        entity=entity,
        project=project,
        name=NAME,
        sections=[
            _section("Accuracy and regret over seconds", _curves(datasets), columns=2),
            _section("Final tables", _finals(datasets), columns=2),
            _section("One-shot diagnostics", _one_shot(), columns=3),
            _section("Hardware", _hardware(), columns=3),
        ],
        settings=ws.WorkspaceSettings(x_axis="seconds", max_runs=MOST_RUNS),
        runset_settings=ws.RunsetSettings(
            groupby=[expr.Config("algorithm")],
            pinned_columns=_columns(datasets),
        ),
        auto_generate_panels=False,
    )


def specification(workspace: Any) -> str:
    """Returns what the server would be sent, as JSON."""
    text: str = workspace._to_model().spec.model_dump_json(by_alias=True, exclude_none=True, indent=2)
    return text


def owner_of(entity: str | None) -> str:
    """Returns the entity; asks the server for the user's own where none is named.

    Raises:
        NasBenchSuiteError: the server has no answer.
    """
    if entity:
        return entity
    with _asking():
        import wandb

        return str(wandb.Api().default_entity or "")


def datasets_of(entity: str, project: str) -> list[str]:
    """Asks the server for the data sets that the runs of a project were scored on.

    Raises:
        NasBenchSuiteError: the server has no answer, or the project no run of a search that has ended.
    """
    names: dict[str, None] = {}
    with _asking():
        import wandb

        for run in wandb.Api().runs(f"{entity}/{project}", lazy=False):
            keys = [key for key in run.summary_metrics if key.startswith("final/")]
            names |= dict.fromkeys(
                key.split("/")[1] for key in sorted(keys, key=_by_dataset(run.config.get("dataset")))
            )
    if not names:
        raise NasBenchSuiteError(
            f"W&B: {entity}/{project} has no search that has ended; or name the data sets: --dataset"
        )
    return list(names)


def _by_dataset(searched: object) -> Callable[[str], tuple[bool, str]]:
    return lambda key: (key.split("/")[1] != searched, key)


def save(workspace: Any) -> str:
    """Saves a workspace at the server, and returns where it is.

    Raises:
        NasBenchSuiteError: the server has not taken it.
    """
    with _asking():
        workspace.save()
        return str(workspace.url)


@contextmanager
def _asking() -> Iterator[None]:
    """Turns what goes wrong with the server into our error; drops what W&B says itself."""
    try:
        with (
            Path(os.devnull).open("w") as nowhere,
            redirect_stdout(nowhere),
            redirect_stderr(nowhere),
            without_given_run(),
        ):
            yield
    except Exception as error:
        raise NasBenchSuiteError(f"W&B: {' '.join(str(error).split()) or type(error).__name__}") from error


def _section(name: str, panels: list[Any], columns: int) -> Any:
    import wandb_workspaces.workspaces as ws

    rows = -(-len(panels) // columns)
    layout = ws.SectionLayoutSettings(columns=columns, rows=rows)
    return ws.Section(name=name, panels=panels, is_open=True, layout_settings=layout)


def _line(title: str, metrics: Sequence[str], area: str = "stddev", **other: Any) -> Any:
    """Returns lines over seconds, a mean and a band for each algorithm."""
    import wandb_workspaces.reports.v2 as wr

    return wr.LinePlot(
        title=title,
        x=other.pop("x", "seconds"),
        y=list(metrics),
        groupby=wr.Config("algorithm"),
        groupby_aggfunc="mean",
        groupby_rangefunc=area,
        max_runs_to_show=MOST_RUNS,
        **other,
    )


def _curves(datasets: Sequence[str]) -> list[Any]:
    panels = []
    for dataset in datasets:
        spread = [f"spread/{dataset}/test_accuracy_{quantile}" for quantile in ("q25", "median", "q75")]
        panels += [
            _line(f"{dataset}: test accuracy", [f"{dataset}/test_accuracy"], title_y="percent"),
            _line(f"{dataset}: test regret", [f"{dataset}/test_regret"], title_y="percent", log_x=True, log_y=True),
            _line(f"{dataset}: validation accuracy", [f"{dataset}/valid_accuracy"], title_y="percent"),
            _line(f"{dataset}: test accuracy, quartiles over searches", spread, "minmax", title_y="percent"),
        ]
    return panels


def _finals(datasets: Sequence[str]) -> list[Any]:
    import wandb_workspaces.reports.v2 as wr

    bars = [
        wr.BarPlot(
            title=f"{dataset}: final {words} accuracy",
            metrics=[f"final/{dataset}/{split}_accuracy"],
            groupby=wr.Config("algorithm"),
            groupby_aggfunc="mean",
            groupby_rangefunc="minmax",
            max_bars_to_show=MOST_RUNS,
        )
        for dataset in datasets
        for split, words in (("test", "test"), ("valid", "validation"))
    ]
    table = wr.WeavePanelSummaryTable(table_name="final")
    return [table, wr.MediaBrowser(media_keys=["found_architecture"]), *bars, wr.RunComparer(diff_only="split")]


def _one_shot() -> list[Any]:
    return [
        _line("supernet's validation accuracy", ["supernet/valid_accuracy"], title_y="percent"),
        _line("training and validation loss", ["train_loss", "valid_loss"]),
        _line("entropy of the edge weights", ["entropy"], title_y="nats"),
        _line("edges with parameters; 0 is a collapse", ["parametric_edges"]),
        _line("how the supernet ranks", ["supernet/kendall_tau"], title_y="Kendall's tau"),
        _line("edges of each operation", [], metric_regex="edges/.*"),
    ]


def _hardware() -> list[Any]:
    import wandb_workspaces.reports.v2 as wr

    real = {"x": "RelativeTime(Process)", "area": "minmax"}
    return [
        wr.BarPlot(
            title="real seconds of a search",
            metrics=["wall_seconds_mean"],
            groupby=wr.Config("algorithm"),
            groupby_aggfunc="mean",
            groupby_rangefunc="minmax",
        ),
        _line("memory of a supernet's search", ["memory_mib"], "minmax", title_y="MiB"),
        _line("GPU's use", ["system/gpu.0.gpu"], title_y="percent", **real),
        _line("GPU's memory", ["system/gpu.0.memoryAllocated"], title_y="percent", **real),
        _line("GPU's power", ["system/gpu.0.powerWatts"], title_y="watts", **real),
        _line("memory of the process", ["system/proc.memory.rssMB"], title_y="MB", **real),
    ]


def _columns(datasets: Sequence[str]) -> list[str]:
    settings = [f"config:{name}" for name in ("algorithm", "space", "protocol", "dataset")]
    finals = [f"summary:final/{dataset}/test_accuracy" for dataset in datasets]
    return [*settings, *finals, "summary:seeds", "summary:without_incumbent", "summary:found"]
