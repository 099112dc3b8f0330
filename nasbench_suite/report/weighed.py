"""What a job's searches were asked to weigh, and what looking at it cost them, in words and as plain values."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from nasbench_suite.objective import Tradeoff
from nasbench_suite.report.folder_format import is_number
from nasbench_suite.report.results import Results
from nasbench_suite.report.tradeoff import read_tradeoff

PLAIN = ("valid_accuracy",)
"""The objectives that nobody need be told of."""


def constraints_of(results: Results) -> tuple[str, ...]:
    """Returns the constraints that the searches were held to."""
    tradeoff = read_tradeoff(results.description)
    return () if tradeoff is None else tradeoff.constraints


def weighed_alike(results: Results) -> tuple[tuple[str, ...], tuple[str, ...], Tradeoff | None]:
    """Returns objectives, constraints and the figures behind them: what else is to be shared where results compare.

    What measuring costs is no part of it: that is paid from the budget.
    """
    tradeoff = read_tradeoff(results.description)
    priceless = None if tradeoff is None else replace(tradeoff, measurement_seconds=0.0, spans=())
    return tuple(results.description["objectives"]), constraints_of(results), priceless


def prices_of(results: Results) -> dict[str, float]:
    """Returns by figure what measuring it cost, in simulated seconds; without those that cost nothing."""
    said = results.config.get("measurement_seconds")
    known = said.items() if isinstance(said, Mapping) else ()
    return {str(name): float(price) for name, price in known if is_number(price) and price}


def column_of(results: Results) -> str | None:
    """Returns the column that the algorithm looked architectures up in; None for one that looks nothing up."""
    algorithm = results.config.get("algorithm")
    column = algorithm.get("column") if isinstance(algorithm, Mapping) else None
    return column if isinstance(column, str) else None


def in_words(results: Results) -> str:
    """Returns objectives, constraints and the prices of figures."""
    constraints, prices = constraints_of(results), prices_of(results)
    held = f", constraints {', '.join(constraints)}" if constraints else ""
    priced = ", ".join(f"{name} {price:g} s" for name, price in prices.items())
    return f"objectives {', '.join(results.description['objectives'])}{held}" + (
        f", measuring costs {priced}" if priced else ""
    )


def nothing_found(results: Results, label: str) -> list[str]:
    """Says why searches found nothing, where that is known.

    Returns:
        A note on those that evaluated something, and one on those that evaluated nothing.
    """
    ends = zip(results.seeds, results.searches, results.final_incumbents, strict=True)
    empty = [(seed, rows) for seed, rows, found in ends if found is None and seed not in results.failures]
    idle = sum(rows.stop == rows.start for _, rows in empty)
    notes, constraints = [], constraints_of(results)
    if constraints and len(empty) > idle:
        over = _of(len(empty) - idle, results)
        notes.append(f"{label}: in {over} no evaluation met the constraints {', '.join(constraints)}")
    if idle and not results.one_shot:
        notes.append(f"{label}: in {_of(idle, results)} nothing was evaluated{_dear_column(results)}")
    return notes


def _of(count: int, results: Results) -> str:
    return f"{count} of {len(results.seeds)} searches"


def _dear_column(results: Results) -> str:
    """Says that looking architectures up cost more than the budget; empty where it did not."""
    column, budget = column_of(results), results.description["budget"]["seconds"]
    sample = 0 if column is None else results.config["algorithm"].get("sample", 0)
    price = 0.0 if column is None else prices_of(results).get(column.partition(":")[0], 0.0)
    if budget is None or not is_number(sample) or sample * price < budget:
        return ""
    return (
        f": looking up algorithm.sample={sample} architectures of {column} at {price:g} s each costs more than "
        f"budget.seconds={budget:,}; lower algorithm.sample or measurement_seconds, or raise the budget"
    )


def title_of(weighed: Sequence[str], constraints: Sequence[str]) -> str:
    """Returns objectives and constraints as the end of a group's title; empty for the plain objective alone."""
    plain = tuple(weighed) == PLAIN
    return ("" if plain else f", objectives {', '.join(weighed)}") + (
        f", constraints {', '.join(constraints)}" if constraints else ""
    )
