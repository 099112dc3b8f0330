"""The readers of NAS-Bench-201's files."""

from collections.abc import Sequence
from typing import Any

from nasbench_suite.importing.importer import Importer
from nasbench_suite.space import Space
from nasbench_suite.spaces.nb201.official import TOPOLOGY
from nasbench_suite.spaces.nb201.official_importer import OfficialImporter


def importers(space: Space[Any]) -> Sequence[Importer]:
    """Lists an importer for each official format."""
    return [OfficialImporter(format, TOPOLOGY) for format in TOPOLOGY.descriptions]
