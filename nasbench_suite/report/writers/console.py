"""What `run` prints of a job that has just ended."""

from nasbench_suite.report.model import Report
from nasbench_suite.report.scored_row import ScoredRow
from nasbench_suite.report.tradeoff import narrow_front, read_tradeoff
from nasbench_suite.report.words import (
    accuracy,
    evaluations,
    found_architecture,
    found_nothing,
    number_of_searches,
    one_line,
    seconds,
)

_OF_CLOCK = {"simulated": "simulated s", "machine": "s of this machine"}


def to_console(report: Report) -> str:
    """Returns what the one job of a report found, in a few lines."""
    (configuration,) = report.configurations
    row = configuration.row
    lines = [f"{row.label} on {row.space}/{row.dataset}, protocol {row.protocol}: {_searches(row)}"]
    width = max(len(each.scored_on) for each in configuration.rows)
    for each in configuration.rows:
        valid, test = accuracy(each.valid_mean, each.valid_std), accuracy(each.test_mean, each.test_std)
        lines.append(f"  {each.scored_on:<{width}}  valid {valid}  test {test}")
    if row.hypervolume_mean is not None:
        volume, distance = (
            accuracy(row.hypervolume_mean, row.hypervolume_std, 4),
            accuracy(row.igd_plus_mean, row.igd_plus_std, 4),
        )
        lines.append(f"  fronts: hypervolume {volume} of the table's {row.hypervolume_best:.4f}, IGD+ {distance}")
        weighed = read_tradeoff(configuration.results.description)
        narrow = "" if weighed is None else narrow_front(weighed)
        lines += [f"  note: {narrow}"] if narrow else []
    if row.found is not None:
        lines.append(f"  found: {found_architecture(configuration.rows)}")
    formula = configuration.results.description["seconds_from"]
    notes = [*([formula] if formula else []), *report.notes]
    return "\n".join(map(one_line, [*lines, *(f"  note: {note}" for note in notes)]))


def _searches(row: ScoredRow) -> str:
    ran = f"{number_of_searches(row.seeds)}{found_nothing(row.without_incumbent)}"
    if row.evaluations_mean is None:
        return f"{ran}, nothing to average"
    counted = evaluations(row) if row.one_shot else f"{evaluations(row)} evaluations"
    took = "" if row.seconds_mean is None else f" and {seconds(row)} {_OF_CLOCK[row.clock]}"
    return f"{ran} of {counted}{took} each (mean±std of the architectures found)"
