"""The reader of NDS's published archive."""

from collections.abc import Sequence
from typing import Any

from nasbench_suite.importing.importer import Importer
from nasbench_suite.space import Space
from nasbench_suite.spaces.nds.archive_importer import ArchiveImporter
from nasbench_suite.spaces.nds.nni_importer import NDSDatabaseImporter
from nasbench_suite.spaces.nds.space import NDSSpace


def importers(space: Space[Any]) -> Sequence[Importer]:
    """Lists the readers of NNI's database and of the archive for one family."""
    assert isinstance(space, NDSSpace)
    return (NDSDatabaseImporter(space), ArchiveImporter(space))
