"""Sound files of every format that the program reads, and the commands that read them."""

import bz2
import gzip
import io
import json
import os
import random
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import numpy as np
import torch

from nasbench_suite.jobs import manifest
from nasbench_suite.spaces.nb101 import NB101
from nasbench_suite.spaces.nb101.tfrecord import frame
from nasbench_suite.table import seal
from nasbench_suite.training import checkpoint_file
from performance.generators import nb101_tfrecord, nb201_files, nds_archive

DEATHS = Path(__file__).parents[1] / "deaths"
CELL = "|none~0|+|none~0|none~1|+|none~0|none~1|none~2|"
HEADER = "arch,dataset,epochs,seed,valid_accuracy,test_accuracy,train_seconds_per_epoch,valid_seconds\n"
RUN = ["run", "space=nb201", "protocol=digits", "algorithm=random", "budget.evaluations=3", "seeds=2"]
RUN += ["tracking=disabled"]
SUPERNET = ["run", "protocol=digits", "algorithm=darts1", "evaluator=none", "seeds=1", "supernet.epochs=1"]
SUPERNET += ["supernet.network.channels=2", "supernet.network.cells=1", "supernet.batch=400", "tracking=disabled"]
BUILD = ["build", "name=b", "output=b.mdb", "results=builds", "architectures=1", "schedules=[1]", "trials=[0]"]
BUILD += ["training.network.channels=2", "training.network.cells=1"]


@dataclass(frozen=True)
class Subject:
    """A sound folder, and a file in it that is damaged.

    Attributes:
        name: of the format.
        folder: to copy.
        file: within the folder.
        text: whether the file is text.
        commands: that read it, run in the copy.
        inside: from the sound file and what damages bytes, to damage below a checksum or a compression.
        every: rounds until it is tried again, more where a case takes seconds.
    """

    name: str
    folder: Path
    file: str
    text: bool
    commands: Sequence[Sequence[str]]
    inside: Callable[[Path, Callable[[bytes], bytes]], None] | None = None
    every: int = 1

    def copy(self, copy: Path) -> Path:
        """Copies the sound folder."""
        shutil.copytree(self.folder, copy)
        return copy

    def damage(self, copy: Path, mutate: Callable[[bytes, random.Random, bool], bytes], draw: random.Random) -> None:
        """Makes a damaged copy."""
        file = self.copy(copy) / self.file
        if self.inside is not None and draw.random() < 0.6:
            self.inside(file, lambda content: mutate(content, draw, True))
        else:
            file.write_bytes(mutate(file.read_bytes(), draw, self.text))


def subjects(root: Path) -> list[Subject]:
    """Makes the sound files, below a folder."""
    makers = (_sources, _tables, _results, _one_shot, _builds, _settings, _checkpoints)
    return [subject for make in makers for subject in make(root)]


def _sources(root: Path) -> Iterator[Subject]:
    folder = root / "sources"
    folder.mkdir()
    cells = islice(NB101().enumerate(), 20)
    rng = np.random.default_rng(1)
    records = (frame(row) for cell in cells for row in nb101_tfrecord.rows(cell, True, rng))
    trainings = [(name, *one) for name in ("cifar10-valid", "cifar100") for one in ((12, 111), (200, 777), (200, 888))]
    archs = nb201_files.strings()[:8]
    rows = [f"{arch},{name},{epochs},{seed},90.5,91.25,5.5,1" for arch in archs for name, epochs, seed in trainings]
    tidy = (HEADER + "\n".join(rows) + "\n").encode()
    (folder / "a.tfrecord").write_bytes(b"".join(records))
    (folder / "a.csv").write_bytes(tidy)
    (folder / "a.csv.gz").write_bytes(gzip.compress(tidy))
    torch.save(nb201_files.benchmark(2), folder / "new.pth")
    torch.save(nb201_files.benchmark(2), folder / "old.pth", _use_new_zipfile_serialization=False)
    nb201_files.write_nats_file(folder / "a.pickle.pbz2", 2)
    nds_archive.write(folder, 0.001, ["ResNet"])
    with zipfile.ZipFile(folder / "nds.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.write(folder / "ResNet.json", "nds_data/ResNet.json")
    for name, space, text, inside in (
        ("a.tfrecord", "nb101", False, _in_tfrecord),
        ("a.csv", "nb201", True, None),
        ("a.csv.gz", "nb201", False, _in_gzip),
        ("new.pth", "nb201", False, _in_zip),
        ("old.pth", "nb201", False, None),
        ("a.pickle.pbz2", "nb201", False, _in_bz2),
        ("ResNet.json", "nds_resnet", True, None),
        ("nds.zip", "nds_resnet", False, _in_zip),
    ):
        alone = root / f"source-{name}"
        alone.mkdir()
        shutil.copy(folder / name, alone)
        yield Subject(f"source {name}", alone, name, text, [["import", space, name]], inside)


def _tables(root: Path) -> Iterator[Subject]:
    made = root / "table"
    made.mkdir()
    _program(made, "import", "nb201", str(root / "sources/old.pth"), "--name", "t")
    shutil.rmtree(made / "home/tables/.checked", ignore_errors=True)
    arch = nb201_files.strings()[0]
    query = ["query", "nb201", arch, "--table", "t"]
    yield Subject(
        "table", made, "home/tables/t.mdb", False, [["tables"], query, [*query, "--all"], ["tables", "t", "--verify"]],
        _under_the_seal,
    )  # fmt: skip


def _results(root: Path) -> Iterator[Subject]:
    made = root / "results"
    made.mkdir()
    _program(made, *RUN, "results=r")
    (job,) = (made / "r").iterdir()
    reports = [["report", "r", "--format", name] for name in ("json", "markdown")]
    for name in ("manifest.json", "job.json", "config.yaml", "trajectory.parquet", "scores.parquet"):
        text, file = not name.endswith("parquet"), f"r/{job.name}/{name}"
        inside = None if name == "manifest.json" else _under_the_manifest
        again = [[*RUN, "results=r"]] if name in ("manifest.json", "job.json") else []  # the rest it does not read
        yield Subject(f"results {name}", made, file, text, [*reports, *again], inside)
    unfinished = root / "unfinished"
    unfinished.mkdir()
    _program(unfinished, *RUN, "results=r", die_at=".manifest.json.*:1")
    yield Subject(
        "journal", unfinished, f"r/{job.name}/seeds.log", True, [[*RUN, "results=r"]], _under_the_checksums, 4
    )


def _one_shot(root: Path) -> Iterator[Subject]:
    made = root / "one-shot"
    made.mkdir()
    _program(made, *SUPERNET, "results=r")
    (job,) = (made / "r").iterdir()
    reports = [["report", "r", "--format", name] for name in ("json", "html")]
    yield Subject("results epochs.parquet", made, f"r/{job.name}/epochs.parquet", False, reports, _under_the_manifest)


def _builds(root: Path) -> Iterator[Subject]:
    made = root / "build"
    made.mkdir()
    _program(made, *BUILD)
    (made / "b.mdb").unlink()
    (plan,) = (made / "builds").glob("*/plan.json")
    for name, inside, every in (("plan.json", None, 2), ("finished.log", _under_the_checksums, 20)):
        file = str(plan.with_name(name).relative_to(made))
        yield Subject(f"build {name}", made, file, True, [BUILD], inside, every)


def _settings(root: Path) -> Iterator[Subject]:
    folder = root / "settings"
    (folder / "conf/experiment").mkdir(parents=True)
    (folder / "conf/experiment/mine.yaml").write_text(
        "# @package _global_\ndefaults:\n  - override /protocol: digits\n  - override /algorithm: rea\n  - _self_\n"
        "seeds: 3\nlabel: mine\nalgorithm:\n  population: 10\n  sample: 3\nbudget:\n  seconds: 30\n"
        "hydra:\n  mode: MULTIRUN\n  sweeper:\n    params:\n      algorithm: rea,random\n      seed: range(0,2)\n"
    )
    command = ["run", "--config-dir", "conf", "experiment=mine", "seeds=1", "budget.evaluations=2", "results=r"]
    yield Subject("experiment", folder, "conf/experiment/mine.yaml", True, [[*command, "tracking=disabled"]])


def _checkpoints(root: Path) -> Iterator[Subject]:
    folder = root / "checkpoint"
    folder.mkdir()
    state = {"weight": torch.ones(20, 20), "steps": 3, "list": [1, 2.5, None, "text"]}
    checkpoint_file.write(folder / "a.pt", {"identity": "x", "state": state, "records": []})
    yield Subject("checkpoint", folder, "a.pt", False, [["checkpoint", "a.pt"]], _under_the_checksum)


def _program(folder: Path, *arguments: str, die_at: str | None = None) -> None:
    """Runs a command that has to succeed, or to be killed."""
    paths = [*([] if die_at is None else [str(DEATHS)]), *filter(None, [os.environ.get("PYTHONPATH")])]
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(paths), "NASBENCH_SUITE_HOME": str(folder / "home")}
    environment |= {} if die_at is None else {"DIE_AT": die_at}
    command = [sys.executable, "-m", "nasbench_suite", *arguments]
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, start_new_session=True)
    assert (done.returncode < 0) == (die_at is not None), done.stderr.decode()
    assert done.returncode <= 0, done.stderr.decode()


# ---- damage that a checksum or a compression would hide ----

Change = Callable[[bytes], bytes]


def _in_gzip(file: Path, change: Change) -> None:
    file.write_bytes(gzip.compress(change(gzip.decompress(file.read_bytes())), 1))


def _in_bz2(file: Path, change: Change) -> None:
    file.write_bytes(bz2.compress(change(bz2.decompress(file.read_bytes())), 1))


def _in_zip(file: Path, change: Change) -> None:
    with zipfile.ZipFile(file) as archive:
        members = {info.filename: archive.read(info) for info in archive.infolist()}
    largest = max(members, key=lambda name: len(members[name]))
    with zipfile.ZipFile(file, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, change(content) if name == largest else content)


def _in_tfrecord(file: Path, change: Change) -> None:
    content, first = file.read_bytes(), True
    out = io.BytesIO()
    while content:
        length = int.from_bytes(content[:8], "little")
        body = content[12 : 12 + length]
        out.write(frame(change(body) if first else body))
        content, first = content[16 + length :], False
    file.write_bytes(out.getvalue())


def _under_the_seal(file: Path, change: Change) -> None:
    """Damages what a table says of itself, and seals it as a stranger could."""
    found = seal.read(file)
    pages = file.read_bytes()[: found.pages]
    file.write_bytes(pages)
    seal.append(file, change(found.metadata))


def _under_the_manifest(file: Path, change: Change) -> None:
    """Damages a file of a job, and writes a manifest that agrees with it."""
    file.write_bytes(change(file.read_bytes()))
    found = manifest.read(file.parent)
    assert found is not None
    manifest.write(file.parent, {**found.files, file.name: manifest.checksum(file.read_bytes())}, found.seeds)


def _under_the_checksums(file: Path, change: Change) -> None:
    """Damages a record of a journal, and gives it a checksum that agrees."""
    from zlib import crc32

    lines = file.read_bytes().split(b"\n")
    at = max(range(len(lines)), key=lambda number: len(lines[number]))
    body = change(lines[at][9:])
    lines[at] = b"%08x %s" % (crc32(body), body)
    file.write_bytes(b"\n".join(lines))


def _under_the_checksum(file: Path, change: Change) -> None:
    """Damages a checkpoint, and gives it a checksum that agrees."""
    from hashlib import sha256

    content = file.read_bytes()
    head = content.index(b"\n") + 1
    saved = change(content[head + 64 :])
    file.write_bytes(content[:head] + sha256(saved).hexdigest().encode() + saved)


def as_json(number: int, folder: Path, commands: Sequence[Sequence[str]]) -> str:
    """Returns a case for `try_files.py`."""
    return json.dumps([number, str(folder), commands])
