"""The readers of NAS-Bench-201's files."""

from collections.abc import Sequence
from typing import Any

from nasbench_suite.importing.importer import Importer
from nasbench_suite.space import Space
from nasbench_suite.spaces.nb201.nni_importer import NB201DatabaseImporter
from nasbench_suite.spaces.nb201.official import TOPOLOGY
from nasbench_suite.spaces.nb201.official_importer import OfficialImporter


def importers(space: Space[Any]) -> Sequence[Importer]:
    """Lists the reader of NNI's database, and one for each official format."""
    return [NB201DatabaseImporter(), *(OfficialImporter(format, TOPOLOGY) for format in TOPOLOGY.descriptions)]
