"""Readers of figures that others published for NAS-Bench-201's architectures: hardware costs, zero-cost scores.

They number operations and edges otherwise than NAS-Bench-201 does, and are translated by name.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from nasbench_suite.errors import SourceError
from nasbench_suite.importing import csv_file
from nasbench_suite.importing.archives import read_text
from nasbench_suite.importing.column_reader import ColumnReader, ColumnRecord, ColumnUnit
from nasbench_suite.importing.tidy_columns import numbers
from nasbench_suite.progress import Progress
from nasbench_suite.space import Space
from nasbench_suite.spaces.nb201.architecture import Architecture
from nasbench_suite.spaces.nb201.forms import from_naslib
from nasbench_suite.unpickle import Unpickler
from nasbench_suite.unpickle.arrays import ARRAYS

HARDWARE = {
    "edgegpu_latency": ColumnUnit("ms", "edgegpu"),
    "edgegpu_energy": ColumnUnit("mJ", "edgegpu"),
    "raspi4_latency": ColumnUnit("ms", "raspi4"),
    "edgetpu_latency": ColumnUnit("ms", "edgetpu"),
    "pixel3_latency": ColumnUnit("ms", "pixel3"),
    "eyeriss_latency": ColumnUnit("ms", "eyeriss"),
    "eyeriss_energy": ColumnUnit("mJ", "eyeriss"),
    "eyeriss_arithmetic_intensity": ColumnUnit("operations/byte", "eyeriss"),
    "fpga_latency": ColumnUnit("ms", "fpga"),
    "fpga_energy": ColumnUnit("mJ", "fpga"),
}
SCORES = {
    "epe_nas": ColumnUnit("score"),
    "fisher": ColumnUnit("score"),
    "flops": ColumnUnit("millions"),
    "grad_norm": ColumnUnit("score"),
    "grasp": ColumnUnit("score"),
    "jacov": ColumnUnit("score"),
    "l2_norm": ColumnUnit("score"),
    "nwot": ColumnUnit("score"),
    "params": ColumnUnit("millions"),
    "plain": ColumnUnit("score"),
    "snip": ColumnUnit("score"),
    "synflow": ColumnUnit("score"),
    "zen": ColumnUnit("score"),
}

# NASLib's file has about 100 MB
_MOST_BYTES = 1 << 28
_NET = re.compile(r"\(([0-4]), ([0-4]), ([0-4]), ([0-4]), ([0-4]), ([0-4])\)")


class HardwareCsvReader(ColumnReader):
    """Reads HW-NAS-Bench's figures (Li et al. 2021, arXiv:2103.10584) as a CSV: `net,dataset,edgegpu_latency,...`."""

    format = "hw_nas_bench"
    describes = "HW-NAS-Bench as a CSV with the columns net, dataset, edgegpu_latency ... (format hw_nas_bench)"
    depends_on_dataset = True

    def recognises(self, path: Path) -> bool:
        """Whether the first line names an architecture, a data set and a figure."""
        header = csv_file.header(path)
        return header[:2] == ["net", "dataset"] and bool(set(header) & set(HARDWARE))

    def columns(self, path: Path) -> Mapping[str, ColumnUnit]:
        """Lists all ten."""
        return HARDWARE

    def read(self, path: Path, space: Space[Any], progress: Progress) -> Iterator[ColumnRecord]:
        """Yields a record per line."""
        headings = {name: name for name in HARDWARE}
        for where, fields in csv_file.rows(path, progress, ("net", "dataset"), tuple(HARDWARE)):
            arch = _translate(fields["net"], where)
            yield ColumnRecord(where, arch, fields["dataset"] or None, numbers(fields, headings, where))


class HardwarePickleReader(ColumnReader):
    """Reads HW-NAS-Bench's official file, `HW-NAS-Bench-v1_0.pickle`, without running what it names.

    `{"nasbench201": {dataset: {figure: [one per architecture], "config": [...]}}}`, architectures by NAS-Bench-201's
    index.
    """

    format = "hw_nas_bench_pickle"
    describes = "HW-NAS-Bench's official pickle (format hw_nas_bench_pickle)"
    depends_on_dataset = True

    def recognises(self, path: Path) -> bool:
        """Whether it is named as a pickle."""
        return path.suffix in (".pickle", ".pkl")

    def columns(self, path: Path) -> Mapping[str, ColumnUnit]:
        """Lists all ten."""
        return HARDWARE

    def read(self, path: Path, space: Space[Any], progress: Progress) -> Iterator[ColumnRecord]:
        """Yields a record per architecture and data set."""
        archs = list(space.enumerate())
        for dataset, figures in _mapping(_load(path).get("nasbench201"), path, "nasbench201").items():
            figures = _mapping(figures, path, str(dataset))
            _check_order(figures, archs, space, f"{path}, {dataset}")
            lists = {
                name: _floats(figures[name], len(archs), f"{path}, {dataset}, {name}")
                for name in HARDWARE
                if name in figures
            }
            for at, arch in enumerate(archs):
                values = {name: listed[at] for name, listed in lists.items()}
                yield ColumnRecord(f"{path}, {dataset}, architecture {at}", arch, str(dataset), values)
        progress.advance(path.stat().st_size)


class ScoreCsvReader(ColumnReader):
    """Reads NAS-Bench-Suite-Zero's 13 scores (Krishnakumar et al. 2022, arXiv:2210.03230) as a CSV: `net,synflow,...`.

    It does not say for which data set they are.
    """

    format = "zero_cost"
    describes = "zero-cost scores as a CSV with the columns net, synflow ... (format zero_cost; name its --dataset)"
    depends_on_dataset = True

    def recognises(self, path: Path) -> bool:
        """Whether the first line names an architecture, no data set, and a score."""
        header = csv_file.header(path)
        return header[:1] == ["net"] and "dataset" not in header and bool(set(header) & set(SCORES))

    def columns(self, path: Path) -> Mapping[str, ColumnUnit]:
        """Lists all thirteen."""
        return SCORES

    def read(self, path: Path, space: Space[Any], progress: Progress) -> Iterator[ColumnRecord]:
        """Yields a record per line; where a line has the architecture's string as well, the two must agree."""
        headings = {name: name for name in SCORES}
        for where, fields in csv_file.rows(path, progress, ("net",), ("net_str", *SCORES)):
            arch = _translate(fields["net"], where)
            text = fields.get("net_str", "")
            if text and text != space.format(arch):
                raise SourceError(f"{where}: net says {space.format(arch)}, and net_str says {text!r:.150}")
            yield ColumnRecord(where, arch, None, numbers(fields, headings, where))


class ScoreJsonReader(ColumnReader):
    """Reads NAS-Bench-Suite-Zero's own file, NASLib's `zc_nasbench201.json`, plain or gzip.

    `{dataset: {"(4, 0, 3, 1, 4, 3)": {"synflow": {"score": ..., "time": ...}, ...}}}`; of a score's entries, the score
    is read.
    """

    format = "zero_cost_json"
    describes = "NASLib's zc_nasbench201.json (format zero_cost_json)"
    depends_on_dataset = True

    def recognises(self, path: Path) -> bool:
        """Whether it is named as JSON."""
        return path.name.endswith((".json", ".json.gz"))

    def columns(self, path: Path) -> Mapping[str, ColumnUnit]:
        """Lists all thirteen."""
        return SCORES

    def read(self, path: Path, space: Space[Any], progress: Progress) -> Iterator[ColumnRecord]:
        """Yields a record per architecture and data set."""
        try:
            content = json.loads(read_text(path, _MOST_BYTES), object_pairs_hook=_score_alone)
        except (ValueError, RecursionError) as error:
            raise SourceError(f"{path}: expected NASLib's JSON ({error})"[:300]) from None
        for dataset, by_net in _scores(content, str(path)).items():
            for net, scores in _scores(by_net, f"{path}, {dataset:.50}").items():
                where = f"{path}, {dataset:.50}, {net:.50}"
                found = _scores(scores, where)
                values = {name: _score(found[name], f"{where}, {name}") for name in SCORES if name in found}
                yield ColumnRecord(where, _translate(net, where), dataset, values)
        progress.advance(path.stat().st_size)


def _score_alone(pairs: list[tuple[str, Any]]) -> Any:
    """Keeps the number of a score's entry, so that a million of them fit into memory."""
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a name is there twice")
    return found.get("score", found)


def _scores(value: object, where: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise SourceError(f"{where}: expected an object, got {type(value).__name__}")
    return value


def _score(value: object, where: str) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise SourceError(f"{where}: expected a number as score, got {value!r:.50}")
    try:
        return float(value)
    except OverflowError:
        raise SourceError(f"{where}: expected a number that a float can hold") from None


def column_readers(space: Space[Any]) -> Sequence[ColumnReader]:
    """Lists the readers of figures that others published for NAS-Bench-201."""
    return (HardwareCsvReader(), HardwarePickleReader(), ScoreCsvReader(), ScoreJsonReader())


def _translate(net: str, where: str) -> Architecture:
    """Reads `(4, 3, 3, 0, 0, 0)`: an average pool, two 1x1 convolutions and three skips."""
    match = _NET.fullmatch(net)
    if match is None:
        raise SourceError(f"{where}: expected six codes from 0 to 4 such as '(4, 3, 3, 0, 0, 0)', got {net!r:.80}")
    # that the hardware file numbers so, too, is held by its rows, which then are in NAS-Bench-201's official order
    return from_naslib(tuple(map(int, match.groups())))


def _load(path: Path) -> dict[Any, Any]:
    with path.open("rb") as file:
        value = Unpickler(file.read, str(path), ARRAYS, holds=path.stat().st_size).load()
    return _mapping(value, path, "the file")


def _mapping(value: object, path: Path, what: str) -> dict[Any, Any]:
    if not isinstance(value, dict):
        raise SourceError(f"{path}: expected {what:.80} to be a dictionary of HW-NAS-Bench, got {type(value).__name__}")
    return value


def _check_order(figures: Mapping[Any, Any], archs: Sequence[Architecture], space: Space[Any], where: str) -> None:
    """Refuses figures whose own configurations are of other architectures than the official order says."""
    configurations = figures.get("config")
    if not isinstance(configurations, list):
        return
    for at, (config, arch) in enumerate(zip(configurations, archs, strict=False)):
        text = config.get("arch_str") if isinstance(config, dict) else None
        if text is not None and text != space.format(arch):
            raise SourceError(f"{where}: expected {space.format(arch)} as architecture {at}, got {text!r:.150}")


def _floats(value: object, count: int, where: str) -> list[float]:
    """Returns a list or array of one number per architecture."""
    listed = value.tolist() if hasattr(value, "tolist") else value
    if not isinstance(listed, list) or len(listed) != count:
        raise SourceError(f"{where}: expected a list of {count} numbers")
    if any(isinstance(one, bool) or not isinstance(one, int | float) for one in listed):
        raise SourceError(f"{where}: expected a list of numbers, found something else in it")
    return [float(one) for one in listed]
