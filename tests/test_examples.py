"""Every notebook of examples/ runs, on the shipped table; `make test-adapters` installs what they need."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

EXAMPLES = Path(__file__).parents[1] / "examples"
SCRIPTS = sorted(EXAMPLES.glob("*.py"))
NEEDS = {"use_optuna_and_configspace": ("optuna", "ConfigSpace")}

pytestmark = pytest.mark.extra
pytest.importorskip("pandas")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where a notebook may leave its files."""
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(EXAMPLES.parent), os.environ.get("PYTHONPATH", "")]))
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path / "ipython"))
    return tmp_path


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.stem)
def test_it_runs_as_a_program(script: Path, folder: Path) -> None:
    for name in NEEDS.get(script.stem, ()):
        pytest.importorskip(name)
    done = subprocess.run([sys.executable, script], cwd=folder, capture_output=True, text=True, timeout=240)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.stem)
def test_it_is_a_notebook_with_words_and_code(script: Path) -> None:
    jupytext = pytest.importorskip("jupytext")
    cells = jupytext.read(script).cells
    assert cells[0].cell_type == "markdown" and cells[0].source.startswith("# ")
    assert {cell.cell_type for cell in cells} == {"markdown", "code"}


@pytest.mark.filterwarnings("ignore::Warning")  # Jupyter's own
def test_a_notebook_shows_tables_and_drawings(folder: Path) -> None:
    jupytext, nbclient = pytest.importorskip("jupytext"), pytest.importorskip("nbclient")
    pytest.importorskip("ipykernel")
    notebook = jupytext.read(EXAMPLES / "query_a_table.py")
    place = {"metadata": {"path": folder}}
    nbclient.NotebookClient(notebook, timeout=120, kernel_name="python3", resources=place).execute()
    shown = [output["data"] for cell in notebook.cells for output in cell.get("outputs", ()) if "data" in output]
    assert any("image/svg+xml" in data for data in shown)
    assert sum("text/html" in data for data in shown) >= 3
