"""Where a report's figures come from: the table, the queries and the budget of each configuration, in words."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from nasbench_suite.report.results import Results
from nasbench_suite.report.times import UNITS
from nasbench_suite.report.weighed import column_of, in_words

ACCURACIES = (
    "Accuracies in percent: mean±sample standard deviation over the searches that found something, of the last "
    "incumbent's score (final schedule, mean over its trainings)."
)


def origin(results: Results) -> str:
    """Returns the table, the queries and the budget of a configuration's figures, in a sentence."""
    return f"{results.description['algorithm']}: {'; '.join(text for text in _parts(results).values() if text)}"


def origins(configurations: Sequence[tuple[str, Results]]) -> list[str]:
    """Returns where the figures of a table come from: what all share once, what differs with whose it is.

    Args:
        configurations: label and results of each.
    """
    parts = [(label, _parts(results)) for label, results in configurations]
    lines = []
    for name in dict.fromkeys(name for _, found in parts for name in found):
        by_text: dict[str, list[str]] = {}
        for label, found in parts:
            if found.get(name):
                by_text.setdefault(found[name], []).append(label)
        everyone = any(len(labels) == len(parts) for labels in by_text.values())
        lines += [text if everyone else f"{', '.join(labels)}: {text}" for text, labels in by_text.items()]
    return lines


def _parts(results: Results) -> dict[str, str]:
    """Returns by name what can be the same for several configurations; empty where there is nothing to say."""
    description = results.description
    table = f"table {description['table']} ({description['table_hash'][:12]})"
    if results.one_shot:
        scores = [pair for by_architecture in results.scores.values() for pair in by_architecture.values()]
        supernet = f"{_epochs(results)} epochs of a supernet, the architectures that it derives "
        supernet += f"scored by {table}" if scores and not np.isnan(scores).all() else "not scored"
        how = {"supernet": supernet}
    else:
        how = {"table": table, "queries": _queries(results), "budget": _budget(description["budget"])}
    return {
        **how,
        "column": _column(results),
        "settings": _settings(description),
        "seconds": description["seconds_from"] or "",
        "version": f"nasbench-suite {description['versions'].get('nasbench-suite', 'unknown')}",
    }


def queried_instead(results: Results) -> str:
    """Says which fidelities of the protocol a table lacks, and what was queried instead; empty where it lacks none."""
    lacking = _lacking(results)
    if not lacking:
        return ""
    return f"the table lacks {_fidelities(lacking)}; queried was {_fidelities(results.description['fidelities'])}"


def best_in_table(best: Mapping[str, Any]) -> str:
    """Returns the table's best accuracies by data set, in words."""
    shown = []
    for dataset, pair in best.items():
        known = [
            f"{split} {value:.2f}" for split, value in zip(("valid", "test"), pair, strict=True) if value is not None
        ]
        if known:
            shown.append(f"{dataset} {', '.join(known)}")
    return "; ".join(shown)


def ranges(seeds: tuple[int, ...]) -> str:
    """Writes 0, 1, 2, 5 as `0 to 2, 5`."""
    parts: list[list[int]] = []
    for seed in seeds:
        if parts and seed == parts[-1][-1] + 1:
            parts[-1] = [parts[-1][0], seed]
        else:
            parts.append([seed])
    return ", ".join(" to ".join(map(str, part)) for part in parts)


def _epochs(results: Results) -> str:
    schedules = results.trajectory["schedule"]
    return f"{int(schedules[0]):,}" if len(schedules) else "0"


def _queries(results: Results) -> str:
    description = results.description
    return (
        f"queries at {_fidelities(description['fidelities'])}{_nominal(results)}, {in_words(results)}, "
        f"trial policy {description['trial']}{_stored_means(results)}"
    )


def _fidelities(pairs: Any) -> str:
    return ", ".join(f"epoch {epoch} of {schedule}" for schedule, epoch in pairs)


def _budget(budget: Mapping[str, Any]) -> str:
    limits = [f"{budget[name]:,} {name}" for name in UNITS if budget[name] is not None]
    overstep = "kept" if budget["overstep"] == "keep" else "discarded"
    return f"budget {', '.join(limits) or 'unlimited'}, the evaluation that oversteps it is {overstep}"


def _column(results: Results) -> str:
    column = column_of(results)
    return "" if column is None else f"architectures looked up in column {column}"


def _settings(description: Mapping[str, Any]) -> str:
    if "settings" not in description:
        return ""
    settings = description["settings"] or "the constructor's defaults"
    return f"settings: {settings}"


def _lacking(results: Results) -> list[list[int]]:
    wanted = results.config.get("fidelities")
    if not results.description["multi_fidelity"] or not isinstance(wanted, list):
        return []
    pairs = [pair for pair in wanted if isinstance(pair, list) and len(pair) == 2]
    return [pair for pair in pairs if pair not in results.description["fidelities"]]


def _nominal(results: Results) -> str:
    """Says where an algorithm that screens at lower fidelities had none on offer."""
    if not results.description["multi_fidelity"]:
        return ""
    lacking = _lacking(results)
    missing = f" (the table lacks {_fidelities(lacking)})" if lacking else ""
    alone = len(results.description["fidelities"]) == 1
    return missing + (", every rung at this fidelity and its full cost" if alone else "")


def _stored_means(results: Results) -> str:
    if results.description["trial"] != "random_or_mean":
        return ""
    trials = results.trajectory["trial"]
    means = int((trials != trials).sum()) if trials.dtype.kind == "f" else 0
    return f" ({means:,} of {len(trials):,} answers were means that the source stored without trials)"
