"""`nasbench-suite report`: tables and figures of finished runs."""

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

from nasbench_suite.errors import ConfigError
from nasbench_suite.folders import relative_path
from nasbench_suite.report.model import Report, make_report
from nasbench_suite.report.output import write_text
from nasbench_suite.report.writers import ENDINGS, FORMATS, Format, format_of
from nasbench_suite.report.writers import write as write_in

WITH_TESTS: tuple[Format, ...] = ("markdown", "html")


def write(
    folders: Sequence[Path],
    format: str | None = None,
    output: Path | None = None,
    figure: Path | None = None,
    curves: Literal["accuracy", "regret", "both"] = "both",
    axis: Literal["log", "linear", "both"] = "log",
    at: Sequence[float] = (),
) -> None:
    """Prints or writes a report. Writes nothing but the files that it is asked for.

    Args:
        folders: results folders; whatever is below them is taken.
        format: one of `FORMATS`; None for what the ending of `output` names, else Markdown.
        output: file to write, in Markdown with its figure beside it; None for standard output.
        figure: file of the curves, beside which those of one-shot searches go; None for none but `output`'s.
        curves: what the figure shows.
        axis: of the figure.
        at: budgets at which to test the differences; for Markdown and HTML.

    Raises:
        ConfigError: budgets do not go with the format, or are not budgets.
        ResultsError: there is nothing to report, or a file cannot be written.
    """
    folders, output = [folder.expanduser() for folder in folders], output.expanduser() if output else None
    chosen = _format(format, output)
    if at and chosen not in WITH_TESTS:
        raise ConfigError(f"--at: expected --format {' or '.join(WITH_TESTS)}, which have the tests; got {chosen}")
    if not all(0 < budget < math.inf for budget in at):
        raise ConfigError(f"--at: expected budgets above 0, got {', '.join(map(str, at))}")
    report = make_report(folders, at)
    if figure is None and output is not None and chosen == "markdown":
        figure = output.with_suffix(".png")
    pictures = [] if figure is None else _draw(report, figure.expanduser(), curves, axis)
    page = output.parent if output else Path.cwd()
    text = write_in(report, chosen, [(caption, relative_path(path, page)) for caption, path in pictures])
    if output is None:
        print(text.removesuffix("\n"))
    else:
        write_text(output, text)


def _format(named: str | None, output: Path | None) -> Format:
    if named is None:
        found = "markdown" if output is None or not output.suffix else format_of(output)
        if found is None:
            known = ", ".join(ENDINGS)
            raise ConfigError(f"{output}: expected a file that ends in one of {known}, or a --format")
        return found
    found = next((format for format in FORMATS if format == named), None)
    if found is None:
        raise ConfigError(f"--format: expected one of {', '.join(FORMATS)}; got {named}")
    return found


def _draw(
    report: Report,
    figure: Path,
    curves: Literal["accuracy", "regret", "both"],
    axis: Literal["log", "linear", "both"],
) -> list[tuple[str, Path]]:
    """Writes the pictures; returns the caption and the place of each."""
    from nasbench_suite.report.figures import fronts, incumbents, one_shot

    quantities = incumbents.QUANTITIES if curves == "both" else (curves,)
    incumbents.save(report, figure, quantities, incumbents.AXES if axis == "both" else (axis,))
    pictures = [("validation and test accuracy of the incumbents", figure)]
    if incumbents.on_several(report):
        beside = _beside(figure, "datasets")
        incumbents.save_datasets(report, beside)
        pictures.append(("test accuracy of the incumbents on every data set", beside))
    if fronts.has_any(report):
        beside = _beside(figure, "fronts")
        fronts.save(report, beside)
        pictures.append(("fronts of the searches, and their hypervolume", beside))
    if one_shot.has_any(report):
        beside = _beside(figure, "one_shot")
        one_shot.save(report, beside)
        pictures.append(("what one-shot searches learned from epoch to epoch", beside))
    return pictures


def _beside(figure: Path, name: str) -> Path:
    return figure.with_stem(name if figure.stem == "curves" else f"{figure.stem}-{name}")
