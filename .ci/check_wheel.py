"""Checks that a wheel holds what the checkout holds: code, configs and experiments, tables, the type marker."""

import sys
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


def main(wheel: str) -> None:
    """Fails naming what is missing."""
    held = set(zipfile.ZipFile(wheel).namelist())
    missing = expected() - held
    strangers = {name for name in held if not name.startswith(("nasbench_suite/", "nasbench_suite-"))}
    if missing or strangers:
        sys.exit(f"{wheel}: missing {sorted(missing)}, unexpected {sorted(strangers)}")
    print(f"{wheel}: {len(held)} files, all there")


if __name__ == "__main__":
    main(sys.argv[1])
