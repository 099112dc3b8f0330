"""The command that measures a GPU runs as a whole where there is none."""

import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[2] / "performance" / "gpu.py"


def measure(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, str(SCRIPT), *arguments], capture_output=True, text=True, check=False)


@pytest.mark.slow
def test_a_smoke_run_writes_the_whole_page(tmp_path: Path) -> None:
    done = measure("--smoke", "--output", str(tmp_path / "gpu.md"), "--algorithms", "gdas", "rsps")
    assert done.returncode == 0, done.stderr
    text = (tmp_path / "gpu.md").read_text()
    assert "its figures mean nothing" in text
    rows = [line for line in text.splitlines() if line.startswith(("| gdas", "| rsps"))]
    assert len(rows) == 2 * (5 + 1 + 1)  # stages, bounds and a search of each
    assert sum("nor_conv" in row or "none" in row or "skip" in row for row in rows) == 2


def test_a_smoke_run_leaves_the_page_of_measurements_alone() -> None:
    done = measure("--smoke")
    assert done.returncode == 2
    assert "its figures are not for docs/gpu.md" in done.stderr
