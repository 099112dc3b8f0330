# From a fresh clone, with nothing but Python 3.11 or later: `make demo` and `make test`.
PYTHON ?= python3.11
VENV ?= .venv

# what installations of the lowest versions are tested by: each package that they have, and nothing that needs PyTorch
LOWEST_TESTS = $(addprefix tests/, table/test_writer.py table/test_reader.py importing/test_download.py jobs/test_folder.py \
	jobs/test_parquet.py report/figures report/test_fronts.py report/test_statistics.py report/page commands/test_completion.py \
	commands/test_query.py configuration test_progress.py)

.PHONY: demo nb201 test test-extras test-lowest test-lowest-extra test-adapters test-browser docs links check setup

# compares four algorithms on the table that comes with the package: no file, no download
demo: setup
	$(VENV)/bin/nasbench-suite run -m algorithm=random,rea,reinforce,bohb seeds=100 results=results/demo
	$(VENV)/bin/nasbench-suite report results/demo --figure results/demo/curves.png
	@echo
	@echo "The figure: results/demo/curves.png. Next: . $(VENV)/bin/activate && nasbench-suite list"

# imports the NAS-Bench-201 file that you name, repeats the paper's comparison and reports it
nb201: setup
	@test -n "$(FILE)" || { echo "make nb201 FILE=path/to/nas_bench_201.csv.gz: name the file to import"; exit 2; }
	$(VENV)/bin/nasbench-suite import nb201 "$(FILE)"
	$(VENV)/bin/nasbench-suite run -cn nb201_table
	$(VENV)/bin/nasbench-suite report results/nb201_table --figure results/nb201_table/curves.png

test: setup
	$(VENV)/bin/pip install -q -e ".[test]"
	$(VENV)/bin/python -m pytest -q -n auto --dist worksteal

# what needs optional packages: launchers, sweepers, the peers' own packages; one after the other, for Ray waits only so
# long for its nodes to start
test-extras: setup
	$(VENV)/bin/pip install -q -e ".[test,joblib,submitit,ray,optuna,peers,dashboard]" "pandas>=2.2"
	$(VENV)/bin/python -m pytest -q -m "extra and not slow" --ignore=tests/adapters --ignore=tests/test_examples.py

# the lowest versions that pyproject.toml allows, without PyTorch, in an environment of their own
test-lowest:
	$(PYTHON) -m venv .venv-lowest
	.venv-lowest/bin/pip install -q uv
	.venv-lowest/bin/uv pip install -q --python .venv-lowest/bin/python --resolution lowest-direct -e . "pytest>=8" "hypothesis>=6.90"
	.ci/smoke.sh .venv-lowest/bin/python
	.venv-lowest/bin/python -m pytest -q -W ignore::DeprecationWarning $(LOWEST_TESTS)

# the lowest versions of one extra, and the tests that need it: make test-lowest-extra EXTRA=adapters TESTS=tests/adapters
# not part of CI: minutes each, and gigabytes where it brings PyTorch; RELEASING.md has the pairs
test-lowest-extra:
	@test -n "$(EXTRA)" -a -n "$(TESTS)" || { echo "make test-lowest-extra EXTRA=NAME TESTS=FILES: name both"; exit 2; }
	$(PYTHON) -m venv .venv-lowest-$(EXTRA)
	.venv-lowest-$(EXTRA)/bin/pip install -q uv
	.venv-lowest-$(EXTRA)/bin/uv pip install -q --python .venv-lowest-$(EXTRA)/bin/python --resolution lowest-direct \
		-e ".[$(EXTRA)]" "pytest>=8" "hypothesis>=6.90"
	.venv-lowest-$(EXTRA)/bin/python -m pytest -q -m "not slow" -W ignore::DeprecationWarning $(TESTS)

# Optuna's and ConfigSpace's current releases, and the notebooks of examples/
test-adapters: .venv-adapters/installed
	.venv-adapters/bin/python -m pytest -q -n auto --dist worksteal -m "extra and not slow" tests/adapters tests/test_examples.py

# the documentation as a site, in site/; every command and snippet of its pages is run
docs: .venv-adapters/installed
	NO_MKDOCS_2_WARNING=1 .venv-adapters/bin/mkdocs build -q --strict
	.venv-adapters/bin/python -m pytest -q -n auto --dist worksteal -m docs tests/docs

# asks every address that the project links to whether it is there; the tests check their form alone
links: setup
	$(VENV)/bin/python .ci/links.py --online

# pages in a headless Chromium, which has to be installed
test-browser: setup
	$(VENV)/bin/pip install -q -e ".[test]"
	$(VENV)/bin/python -m pytest -q -m browser

# what CI runs besides the tests
check: setup
	$(VENV)/bin/pip install -q -e ".[dev]"
	$(VENV)/bin/python -m ruff check .
	$(VENV)/bin/python -m ruff format --check .
	$(VENV)/bin/lint-imports
	$(VENV)/bin/python -m mypy

setup: $(VENV)/installed

$(VENV)/installed: pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(VENV)/bin/pip install -q -e ".[torch]"
	@touch $@

# an environment of its own, for Hydra's sweeper pins an old Optuna
.venv-adapters/installed: pyproject.toml
	$(PYTHON) -m venv .venv-adapters
	.venv-adapters/bin/pip install -q -e ".[test,docs,adapters,examples,joblib,submitit]"
	@touch $@
