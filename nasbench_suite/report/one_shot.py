"""What a one-shot search was like from epoch to epoch, and whether it ended in a cell that can learn nothing."""

from nasbench_suite.report.load import Results

SHOWN = 3  # collapsed cells that a note names


def collapsed(results: Results) -> dict[int, str]:
    """Returns, by seed, the final cells that have no operation with weights."""
    epochs = results.epochs or {}
    last = [range(len(epochs["seed"]))[rows][-1] for rows in results.epochs_by_seed]
    return {int(epochs["seed"][at]): str(epochs["architecture"][at]) for at in last if epochs["convolutions"][at] == 0}


def collapse_notes(results: Results, label: str) -> list[str]:
    """Returns a warning where final cells have collapsed; nothing else."""
    cells = collapsed(results)
    if not cells:
        return []
    by_cell: dict[str, list[int]] = {}
    for seed, cell in cells.items():
        by_cell.setdefault(cell, []).append(seed)
    named = [f"{cell} (seed{'s' * (len(s) > 1)} {', '.join(map(str, s))})" for cell, s in by_cell.items()]
    others = f", and {len(named) - SHOWN} other cells" if len(named) > SHOWN else ""
    return [
        f"{len(cells)} of {len(results.searches)} searches of {label} ended in a cell without any weights "
        f"(collapsed): {', '.join(named[:SHOWN])}{others}"
    ]
