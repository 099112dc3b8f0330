"""What differs between the benchmarks that are published in the same formats: their sizes, schedules and names."""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from nasbench_suite.spaces.nb201.complexity import published_flops, published_parameters


class Release(NamedTuple):
    """A benchmark whose official files are of this family.

    Attributes:
        name: for messages.
        size: architectures of the space; also the most that a source may claim.
        schedules: epochs of each schedule, by the names that the files give it.
        file: the format of a bz2 pickle with everything.
        folder: the format of a folder with a file per architecture.
        descriptions: what each format's files are, for messages; the formats that there are.
        separator: what the strings of its architectures have and those of the others have not.
        parameters: of an architecture's network on a trial set, in millions.
        flops: the same for its FLOPs.
    """

    name: str
    size: int
    schedules: Mapping[str, int]
    file: str
    folder: str
    descriptions: Mapping[str, str]
    separator: str
    parameters: Callable[[Any, str], float]
    flops: Callable[[Any, str], float]


SCHEDULES = {"less": 12, "full": 200, "01": 1, "12": 12, "90": 90, "200": 200}
"""Epochs of the schedules by the names that the files of either benchmark give them."""

PTH = "nas-bench-201-pth"
ARCHIVES = "nas-bench-201-archives"

TOPOLOGY = Release(
    name="the topology space (tss)",
    size=15_625,
    # the .pth files name their schedules, NATS-Bench's count them
    schedules={"less": 12, "full": 200, "12": 12, "200": 200},
    file="nats-tss-pickle",
    folder="nats-tss-folder",
    descriptions={
        PTH: "a NAS-Bench-201-*.pth",
        ARCHIVES: "a folder of NNNNNN-FULL.pth",
        "nats-tss-pickle": "a NATS-tss-*.pickle.pbz2",
        "nats-tss-folder": "a folder NATS-tss-*-simple or -full",
    },
    separator="~",
    parameters=published_parameters,
    flops=published_flops,
)
"""NAS-Bench-201, which is NATS-Bench's topology space."""
