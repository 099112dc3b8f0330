"""A damaged file ends in its values or in one line: never in a traceback, a signal, 1 GB or 20 s.

pytest -m slow tests/drill/test_files.py --drill-files 20000
"""

import json
import os
import random
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import count, islice
from pathlib import Path

import pytest
from mutations import mutate
from subjects import Subject, as_json, subjects

pytestmark = [pytest.mark.slow, pytest.mark.skipif(sys.platform != "linux", reason="limits memory as Linux does")]
TRY = Path(__file__).with_name("try_files.py")
BATCH = 400


def test_no_damaged_file_ends_in_a_traceback_a_signal_a_gigabyte_or_20_seconds(
    request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    files, seed = request.config.getoption("--drill-files"), request.config.getoption("--drill-seed")
    (tmp_path / "sound").mkdir()
    known = subjects(tmp_path / "sound")
    sound = [
        (number, subject.copy(tmp_path / "copies" / str(number)), subject.commands)
        for number, subject in enumerate(known)
    ]
    assert tried(sound, tmp_path) == {}
    order = list(islice(rounds(known), files))
    faults: list[str] = []
    for start in range(0, files, BATCH):
        cases = tmp_path / "cases"
        todo = []
        for number, subject in enumerate(order[start : start + BATCH], start):
            subject.damage(cases / str(number), mutate, random.Random(f"{seed}/{number}"))
            todo.append((number, cases / str(number), subject.commands))
        for number, fault in tried(todo, tmp_path).items():
            faults.append(f"{number}: {order[number].name}: {fault}")
            print(faults[-1], flush=True)
            if keep := os.environ.get("NASBENCH_SUITE_DRILL_KEEP"):  # a folder for the files that found something
                shutil.copytree(cases / str(number), Path(keep) / f"{seed}-{number}", symlinks=True)
        shutil.rmtree(cases)
    print(f"{files:,} damaged files: {dict(Counter(subject.name for subject in order))}")
    assert not faults, f"{len(faults)} faults\n" + "\n".join(faults)


def rounds(known: Sequence[Subject]) -> Iterator[Subject]:
    """Goes through the subjects again and again."""
    return (subject for number in count() for subject in known if number % subject.every == 0)


def tried(cases: Sequence[tuple[int, Path, Sequence[Sequence[str]]]], folder: Path) -> dict[int, str]:
    """Returns the fault of each case that has one; a process that dies costs the case that it was at."""
    faults: dict[int, str] = {}
    left = list(cases)
    while left:
        lines = "\n".join(as_json(*case) for case in left) + "\n"
        done = subprocess.run([sys.executable, str(TRY)], input=lines, capture_output=True, text=True, cwd=folder)
        answers = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("[")]
        faults |= {number: fault for number, fault in answers if fault is not None}
        if done.returncode and len(answers) < len(left):
            faults[left[len(answers)][0]] = f"exit code {done.returncode}: {done.stderr[-2000:]}"
        left = left[len(answers) + 1 :]
    return faults


def test_the_drill_sees_faults(tmp_path: Path) -> None:
    memory = ["checkpoint", "/dev/zero"]  # endless
    assert "memory" in str(tried([(7, tmp_path, [memory])], tmp_path)[7]).lower()
