"""The official files of NAS-Bench-201 (Dong and Yang 2020) and of NATS-Bench's topology space (2021).

`open_source` recognises a file or folder by what is in it; the source then yields one `ArchitectureRecord` after
another, with everything that was measured, nothing imputed, every number to the bit.
"""

from nasbench_suite.spaces.nb201.official.formats import DESCRIPTIONS, open_source
from nasbench_suite.spaces.nb201.official.records import (
    DATASETS,
    ArchitectureRecord,
    EvaluationCurves,
    SourceCurve,
    Trial,
)
from nasbench_suite.spaces.nb201.official.source import SPACE_SIZE, OfficialSource, Progress

__all__ = [
    "DATASETS",
    "DESCRIPTIONS",
    "SPACE_SIZE",
    "ArchitectureRecord",
    "EvaluationCurves",
    "OfficialSource",
    "Progress",
    "SourceCurve",
    "Trial",
    "open_source",
]
