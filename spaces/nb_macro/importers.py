"""The reader of NAS-Bench-Macro's file."""

from collections.abc import Sequence
from typing import Any

from nasbench_suite.importing.importer import Importer
from nasbench_suite.space import Space
from nasbench_suite.spaces.nb_macro.json_importer import MacroJsonImporter


def importers(space: Space[Any]) -> Sequence[Importer]:
    """Lists the reader of the published file."""
    return (MacroJsonImporter(),)
