"""The official files of NAS-Bench-201 (Dong and Yang 2020) and of NATS-Bench (2021), whose layout is one.

`open_source` recognises a file or folder by what is in it; the source then yields one `ArchitectureRecord` after
another, with everything that was measured, nothing imputed, every number to the bit.
"""

from nasbench_suite.spaces.nb201.official.formats import open_source
from nasbench_suite.spaces.nb201.official.records import (
    DATASETS,
    ArchitectureRecord,
    EvaluationCurves,
    SourceCurve,
    Trial,
)
from nasbench_suite.spaces.nb201.official.release import TOPOLOGY, Release
from nasbench_suite.spaces.nb201.official.source import OfficialSource, Progress

__all__ = [
    "DATASETS",
    "TOPOLOGY",
    "ArchitectureRecord",
    "EvaluationCurves",
    "OfficialSource",
    "Progress",
    "Release",
    "SourceCurve",
    "Trial",
    "open_source",
]
