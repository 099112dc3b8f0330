"""The readers of NAS-Bench-101's files."""

from collections.abc import Sequence
from typing import Any

from nasbench_suite.importing.importer import Importer
from nasbench_suite.space import Space
from nasbench_suite.spaces.nb101.csv_importer import CSVImporter
from nasbench_suite.spaces.nb101.nni_importer import NB101DatabaseImporter
from nasbench_suite.spaces.nb101.tfrecord_importer import TFRecordImporter


def importers(space: Space[Any]) -> Sequence[Importer]:
    """Lists the readers of the official files, of NNI's database and of a CSV with their columns."""
    return (TFRecordImporter(), NB101DatabaseImporter(), CSVImporter())
