"""What a start loads: only what its command needs."""

from collections.abc import Callable
from pathlib import Path

import pytest

HEAVY = ("torch", "wandb", "hydra", "omegaconf", "matplotlib", "sklearn", "pandas", "pyarrow", "scipy")
LOADED = f"""
import sys
print(*[name for name in {HEAVY} if sys.modules.get(name)])
"""
WITHOUT_TORCH = """
import sys
sys.modules["torch"] = sys.modules["wandb"] = None  # an import raises ImportError
"""
# the packages that lie where packages are installed, ours and those of the installers apart
THIRD_PARTY = """
import sys, sysconfig
from pathlib import Path
places = {Path(sysconfig.get_path(kind)) for kind in ("purelib", "platlib")}
files = {name: getattr(module, "__file__", None) for name, module in list(sys.modules.items()) if "." not in name}
found = {name for name, file in files.items() if file and any(Path(file).is_relative_to(at) for at in places)}
print(*sorted(name for name in found if not name.startswith("_") and name != "nasbench_suite"))
"""
READING = {"lmdb", "numpy", "zstandard"}
SEARCHING = READING | {"antlr4", "cloudpickle", "filelock", "hydra", "omegaconf", "packaging", "pyarrow", "yaml"}
# what PyArrow and Hydra load of their own where it is installed
BESIDE = {"attr", "dateutil", "pandas", "pytz", "six", "typing_extensions"}
COMMAND = """
from nasbench_suite.cli import main
main({arguments!r})
"""
ARCH = "|nor_conv_3x3~0|+|nor_conv_3x3~0|nor_conv_3x3~1|+|skip_connect~0|none~1|none~2|"
QUERY = f"""
from nasbench_suite import Benchmark, Fidelity, open_table
table = open_table("nb201")
arch = table.space.parse("{ARCH}")
benchmark = Benchmark(table, "cifar10")
assert benchmark.query(arch, Fidelity(12, 12), trial="mean").valid_accuracy > 0
assert benchmark.score(arch)
"""


@pytest.fixture
def loaded(python: Callable) -> Callable[[str], set[str]]:
    """Runs a program in a process of its own, and says which of the heavy packages it has loaded."""

    def run(program: str) -> set[str]:
        done = python("-c", program + LOADED)
        assert done.code == 0, done.err
        return set(done.out.splitlines()[-1].split())

    return run


def test_the_package_alone_loads_nothing_heavy(loaded: Callable) -> None:
    assert loaded("import nasbench_suite") == set()


def test_what_is_heavy_is_seen_where_it_is_loaded(loaded: Callable) -> None:
    assert loaded("import hydra") == {"hydra", "omegaconf"}


@pytest.mark.usefixtures("installed")
def test_a_query_loads_nothing_heavy(loaded: Callable) -> None:
    assert loaded(QUERY) == set()


@pytest.mark.usefixtures("installed")
@pytest.mark.parametrize("arguments", [["tables"], ["query", "nb201", ARCH], ["enumerate", "nb201"]], ids=" ".join)
def test_commands_that_read_a_table_load_nothing_heavy(arguments: list[str], loaded: Callable) -> None:
    assert loaded(COMMAND.format(arguments=arguments)) == set()


@pytest.mark.usefixtures("installed")
@pytest.mark.parametrize("algorithm", ["random", "rea", "reinforce", "bohb", "tpe"])
def test_a_search_of_a_table_needs_neither_torch_nor_wandb(algorithm: str, python: Callable, tmp_path: Path) -> None:
    words = ["run", "protocol=nb201", f"algorithm={algorithm}", "seeds=1", "tracking=disabled", "results=results"]
    done = python("-c", WITHOUT_TORCH + COMMAND.format(arguments=words))
    assert done.code == 0, done.err
    assert list((tmp_path / "results").rglob("trajectory.parquet"))


@pytest.mark.usefixtures("installed")
def test_a_search_of_a_table_loads_no_plots(loaded: Callable) -> None:
    words = ["run", "protocol=nb201", "seeds=1", "tracking=disabled", "results=results"]
    # where pandas is installed, PyArrow loads it as it makes its first array
    assert loaded(COMMAND.format(arguments=words)) <= {"hydra", "omegaconf", "pyarrow", "pandas"}


@pytest.mark.usefixtures("installed")
@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ([], READING),
        (["query", "nb201", ARCH], READING),
        (["run", "protocol=nb201", "seeds=1", "tracking=disabled", "results=results"], SEARCHING),
    ],
    ids=["help", "query", "run"],
)
def test_a_start_loads_these_packages_and_no_other(words: list[str], expected: set[str], python: Callable) -> None:
    done = python("-c", COMMAND.format(arguments=words) + THIRD_PARTY)
    assert done.code == 0, done.err
    assert set(done.out.splitlines()[-1].split()) - BESIDE == expected
