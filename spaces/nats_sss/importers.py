"""The readers of the size space's official files, which are NATS-Bench's formats."""

from collections.abc import Sequence
from typing import Any

from nasbench_suite.importing.importer import Importer
from nasbench_suite.space import Space
from nasbench_suite.spaces.nats_sss.complexity import published_flops, published_parameters
from nasbench_suite.spaces.nb201.official.release import Release
from nasbench_suite.spaces.nb201.official_importer import OfficialImporter

SIZE_SPACE = Release(
    name="NATS-Bench's size space (sss)",
    size=32_768,
    schedules={"01": 1, "12": 12, "90": 90},
    file="nats-sss-pickle",
    folder="nats-sss-folder",
    descriptions={
        "nats-sss-pickle": "a NATS-sss-*.pickle.pbz2",
        "nats-sss-folder": "a folder NATS-sss-*-simple or -full",
    },
    separator=":",
    parameters=published_parameters,
    flops=published_flops,
)


def importers(space: Space[Any]) -> Sequence[Importer]:
    """Lists an importer for each official format."""
    return [OfficialImporter(format, SIZE_SPACE) for format in SIZE_SPACE.descriptions]
