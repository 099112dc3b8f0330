"""Checks that a wheel or an sdist holds what the checkout holds: code, configurations, tables, the type marker."""

import sys
import tarfile
import zipfile
from pathlib import Path

ROOT = Path(__file__).parent.parent
# the last is a link inside the one before it, through which Hydra finds experiments as a group
PLUGINS = ("algorithms", "spaces", "experiments", "conf", "conf/experiment")


def expected() -> set[str]:
    """Lists the files of the package as the wheel names them."""
    kinds = ("*.py", "*.yaml", "*.mdb", "py.typed")
    own = [path for kind in kinds for path in (ROOT / "nasbench_suite").rglob(kind)]
    linked = [path for folder in PLUGINS for kind in kinds for path in (ROOT / folder).rglob(kind)]
    names = {path.relative_to(ROOT).as_posix() for path in own}
    return names | {f"nasbench_suite/{path.relative_to(ROOT).as_posix()}" for path in linked}


def held(package: str) -> set[str]:
    """Lists the files of a wheel, or those of the package in an sdist, which has others beside it."""
    if package.endswith(".whl"):
        return set(zipfile.ZipFile(package).namelist())
    with tarfile.open(package) as archive:
        names = [member.name.partition("/")[2] for member in archive.getmembers() if member.isfile()]
    return {name for name in names if name.startswith("nasbench_suite/")}


def main(package: str) -> None:
    """Fails naming what is missing."""
    files = held(package)
    missing = expected() - files
    strangers = {name for name in files if not name.startswith(("nasbench_suite/", "nasbench_suite-"))}
    if missing or strangers:
        sys.exit(f"{package}: missing {sorted(missing)}, unexpected {sorted(strangers)}")
    print(f"{package}: {len(files)} files, all there")


if __name__ == "__main__":
    for argument in sys.argv[1:]:
        main(argument)
