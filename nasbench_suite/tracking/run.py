"""One W&B run, opened, fed and always finished; W&B is imported when it opens and not before."""

import atexit
import os
import shutil
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, redirect_stderr, redirect_stdout, suppress
from dataclasses import dataclass, field
from functools import cache
from glob import escape
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from nasbench_suite.tracking.environment import GivenRun, files_of, without_given_run
from nasbench_suite.tracking.mode import mode


@dataclass(frozen=True)
class RunName:
    """What W&B calls a run.

    Attributes:
        id: the same for the same work, so that starting again replaces a run and never adds a second.
        name: for people; need not be unique.
        group: runs shown together.
        job_type: `search` or `train`.
        tags: to filter by.
        given: the run that the environment names, where this is it.
    """

    id: str
    name: str
    group: str
    job_type: str
    tags: tuple[str, ...] = ()
    given: GivenRun | None = None


@dataclass(frozen=True)
class Axes:
    """What curves are drawn against.

    Attributes:
        x: name of the metric on the horizontal axis.
        curves: the metrics drawn against it; a trailing `*` stands for any ending.
        hidden: metrics drawn against it that get no panel until somebody adds one; none that `curves` names too.
    """

    x: str
    curves: Sequence[str] = field(default=("*",))
    hidden: Sequence[str] = ()


class LiveRun:
    """A W&B run for a `with` block, finished however the block ends: exit code 0, or 1 after an exception.

    Whatever W&B does wrong is said once, in a line on standard error; from then on the run takes what it is given and
    does nothing. With the mode `disabled` W&B is not even imported. A run that the environment names, such as that of a
    sweep's agent, is fed by the name that has it and by no other.

        with LiveRun(settings, folder, RunName("a1b2-0", "darts1, seed 0", "darts1-a1b2", "train"), config) as run:
            run.log({"epoch": 0, "valid_accuracy": 61.2})
    """

    def __init__(
        self,
        settings: Mapping[str, Any],
        folder: Path,
        name: RunName,
        config: Mapping[str, Any],
        axes: Axes | None = None,
        quick: bool = False,
    ) -> None:
        """
        Args:
            settings: the config group `tracking`.
            folder: the files go in `wandb/` below it, or below `WANDB_DIR`; an earlier offline run of the same id there
                is replaced.
            name: what W&B calls the run.
            config: shown as the run's configuration.
            axes: what the curves are drawn against; None for W&B's own step.
            quick: leave out what W&B notes of the machine, its use and its packages.

        Raises:
            ConfigError: `tracking.mode` is not one of offline, online and disabled.
        """
        self.mode = mode(settings)
        self.name = name
        self._settings, self._config, self._axes, self._quick = settings, config, axes, quick
        self._files = files_of(folder)
        self._run: Any = None
        self._wandb: Any = None
        self.failed = False
        self.where: str | None = None

    def __enter__(self) -> Self:
        if self.mode != "disabled":
            with self._contained():
                self._open()
        return self

    def log(self, metrics: Mapping[str, float], step: int | None = None) -> None:
        """Adds a row of metrics.

        Args:
            metrics: values by name.
            step: W&B's own count of rows, rising; None to count on.
        """
        if self._run is not None:
            with self._contained():
                self._run.log(dict(metrics), step=step)

    def summarise(self, figures: Mapping[str, Any]) -> None:
        """Sets the figures that W&B shows beside the run's name."""
        if self._run is not None:
            with self._contained():
                self._run.summary.update(dict(figures))

    def table(self, name: str, rows: Sequence[Mapping[str, Any]]) -> None:
        """Adds a table; where a row lacks a column that another has, its field is empty."""
        if self._run is not None:
            with self._contained(), _data_folder(self._files):
                columns = list(dict.fromkeys(column for row in rows for column in row))
                data = [[row.get(column) for column in columns] for row in rows]
                self._run.log({name: self._wandb.Table(columns=columns, data=data)})

    def picture(self, name: str, svg: str) -> None:
        """Adds a drawing, which W&B shows as a page."""
        if self._run is not None:
            with self._contained(), _data_folder(self._files):
                self._run.log({name: self._wandb.Html(svg, inject=False)})

    def file(self, path: Path, name: str, kind: str, metadata: Mapping[str, Any]) -> None:
        """Adds a file as an artifact; W&B reads it where it lies.

        Args:
            path: of the file, which must stay until it is uploaded.
            name: of the artifact.
            kind: the artifact's type.
            metadata: shown with it.
        """
        if self._run is not None:
            with self._contained(), _data_folder(self._files):
                artifact = self._wandb.Artifact(name, kind, metadata=dict(metadata))
                artifact.add_file(str(path.resolve()), policy="immutable", skip_cache=True)
                self._run.log_artifact(artifact)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.finish(exit_code=0 if kind is None else 1)

    def finish(self, exit_code: int) -> None:
        """Ends the run, once; `with` does so by itself.

        Args:
            exit_code: 0 where what the run shows has succeeded.
        """
        if self._run is not None:
            run, self._run = self._run, None
            with self._contained():
                run.finish(exit_code=exit_code)

    def _open(self) -> None:
        import wandb

        if self.mode == "offline":
            for earlier in self._files.glob(f"offline-run-*-{escape(self.name.id)}"):
                shutil.rmtree(earlier)
        self._files.mkdir(parents=True, exist_ok=True)

        self._wandb, given = wandb, self.name.given
        with without_given_run():
            wandb.setup()
        _leave_quietly()
        self._run = wandb.init(
            mode=self.mode,
            dir=str(self._files.parent),
            project=(given and given.project) or self._settings["project"],
            entity=(given and given.entity) or self._settings["entity"] or None,
            id=self.name.id,
            name=self.name.name,
            group=self.name.group,
            job_type=self.name.job_type,
            tags=list(self.name.tags),
            config=dict(self._config),
            settings=_wandb_settings(wandb, self._settings["timeout"], self._quick, given.sweep if given else None),
        )
        files = Path(self._run.dir).parent
        self.where = str(files) if self.mode == "offline" else self._run.url
        if self._axes is not None:
            self._run.define_metric(self._axes.x, hidden=True, summary="none")
            for curve in self._axes.curves:
                self._run.define_metric(curve, step_metric=self._axes.x)
            for metric in self._axes.hidden:
                self._run.define_metric(metric, step_metric=self._axes.x, hidden=True, summary="none")

    @contextmanager
    def _contained(self) -> Iterator[None]:
        """Turns what W&B raises into a line, and the run into one that does nothing; drops what W&B says itself."""
        try:
            with _silence():
                yield
        except Exception as error:
            said, self.failed = self.failed, True
            reason = next(iter(str(error).splitlines()), "") or type(error).__name__
            if not said:
                print(f"W&B: {reason}; the results are in their files all the same", file=sys.stderr)
            self.finish(exit_code=1)


def _wandb_settings(wandb: Any, timeout: float, quick: bool, sweep: str | None) -> Any:
    """Returns W&B's settings: quiet, bounded in time, and leaving other runs of this process alone."""
    wanted: dict[str, Any] = {
        "silent": True,
        "console": "off",
        "init_timeout": timeout,
        "login_timeout": timeout,
        "finish_timeout": 10 * timeout,
        "finish_timeout_raises": True,
        "reinit": "create_new",
    }
    if sweep is not None:
        wanted["sweep_id"] = sweep
    if quick:
        wanted |= {"disable_git": True, "disable_code": True, "x_save_requirements": False}
        wanted |= {"x_disable_meta": True, "x_disable_stats": True, "x_disable_machine_info": True}
    known = wandb.Settings.model_fields  # the limit on finishing came after 0.20
    return wandb.Settings(**{key: value for key, value in wanted.items() if key in known})


@contextmanager
def _silence() -> Iterator[None]:
    """Drops what Python code prints; W&B's own `silent` begins only after it has logged in."""
    with Path(os.devnull).open("w") as nowhere, redirect_stdout(nowhere), redirect_stderr(nowhere):
        yield


@cache
def _leave_quietly() -> None:
    """Ends W&B's service before its own exit hook does, which prints a traceback where the service was killed."""
    atexit.register(_end_service)  # hooks run last in, first out: W&B's is there since its setup


def _end_service() -> None:
    import wandb

    with _silence(), suppress(Exception, SystemExit):
        wandb.teardown()


@contextmanager
def _data_folder(folder: Path) -> Iterator[None]:
    """Lets W&B keep what it has yet to upload in a folder, instead of in the user's home; `WANDB_DATA_DIR` stays."""
    if os.environ.get("WANDB_DATA_DIR"):
        yield
        return
    os.environ["WANDB_DATA_DIR"] = str(folder)
    try:
        yield
    finally:
        del os.environ["WANDB_DATA_DIR"]
