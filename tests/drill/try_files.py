"""Tries damaged files in this process: `python try_files.py < CASES`, one JSON object per line, one answer per line.

A case is a folder, which becomes the current one, and commands. It is a fault if a command ends otherwise than in exit
code 0, or in one line and exit code 2; takes more than 20 s, which ends the process; or needs 1 GB more than the
process began with.
"""

import contextlib
import io
import json
import os
import resource
import signal
import sys
import traceback
from collections.abc import Sequence
from pathlib import Path

from hydra.core.global_hydra import GlobalHydra

from nasbench_suite import cli
from nasbench_suite.errors import NasBenchSuiteError

SECONDS = 20
BYTES = 1_000_000_000
CHECKPOINT = "checkpoint"
OURS = "nasbench-suite: "


def main() -> None:
    """Answers with the number of each case and its fault, null for none."""
    _load()
    _limit_memory()
    for line in sys.stdin:
        number, folder, commands = json.loads(line)
        os.chdir(folder)
        os.environ["NASBENCH_SUITE_HOME"] = f"{folder}/home"
        faults = []
        for command in commands:
            signal.alarm(SECONDS)
            faults.append(_fault(command))
            signal.alarm(0)
        print(json.dumps([number, next(filter(None, faults), None)]), flush=True)


def _fault(command: Sequence[str]) -> str | None:
    out, err = io.StringIO(), io.StringIO()
    code: object = 0
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            _run(command)
        except SystemExit as stop:
            code = stop.code or 0
        except BaseException:
            return f"{' '.join(command)}: {traceback.format_exc()[-1500:]}"
        finally:
            GlobalHydra.instance().clear()
    said = err.getvalue()
    lines = [line for line in said.splitlines() if line]
    proper = code == 0 or (code == 2 and len(lines) >= 1)
    if not proper or not all(line.startswith(OURS) for line in lines) or "not enough memory" in said:
        return f"{' '.join(command)}: exit code {code}: {said[-1500:]}"
    return None


def _run(command: Sequence[str]) -> None:
    if command[0] != CHECKPOINT:
        return cli.main(command)
    from nasbench_suite.training import checkpoint_file

    try:
        checkpoint_file.read(Path(command[1]))
    except NasBenchSuiteError as error:
        print(f"{OURS}{error}", file=sys.stderr)
        sys.exit(2)


def _load() -> None:
    """Imports what is large, so that it does not count as a file's."""
    import matplotlib
    import pyarrow.parquet
    import torch

    from nasbench_suite.commands import report, run

    del matplotlib, pyarrow, report, run
    torch.set_num_threads(1)


def _limit_memory() -> None:
    words = next(line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmData"))
    most = 1024 * int(words.split()[1]) + BYTES
    resource.setrlimit(resource.RLIMIT_DATA, (most, most))


if __name__ == "__main__":
    main()
