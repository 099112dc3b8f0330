"""Whether a one-shot search ended in an architecture that can learn nothing."""

from nasbench_suite.report.results import Results

SHOWN = 3  # collapsed architectures that a note names


def collapsed(results: Results) -> dict[int, str]:
    """Returns, by seed, the final architectures that have no operation with parameters."""
    epochs = results.epochs or {}
    last = [rows.stop - 1 for rows in results.epochs_by_seed if rows.stop > rows.start]
    return {
        int(epochs["seed"][at]): str(epochs["architecture"][at]) for at in last if epochs["parametric_edges"][at] == 0
    }


def collapse_notes(results: Results, label: str) -> list[str]:
    """Returns a warning where final architectures have collapsed; nothing else."""
    found = collapsed(results)
    if not found:
        return []
    by_arch: dict[str, list[int]] = {}
    for seed, arch in found.items():
        by_arch.setdefault(arch, []).append(seed)
    named = [f"{arch} (seed{'s' * (len(s) > 1)} {', '.join(map(str, s))})" for arch, s in by_arch.items()]
    others = f", and {len(named) - SHOWN} other architectures" if len(named) > SHOWN else ""
    return [
        f"{len(found)} of {len(results.seeds)} searches of {label} ended in an architecture without any parameters "
        f"(collapsed): {', '.join(named[:SHOWN])}{others}"
    ]
