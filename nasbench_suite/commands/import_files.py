"""`nasbench-suite import`: from official or tidy files to tables."""

import argparse
from fnmatch import filter as matching

from nasbench_suite.errors import ConfigError
from nasbench_suite.folders import table_path
from nasbench_suite.plural import counted
from nasbench_suite.registry.importers import import_file
from nasbench_suite.registry.spaces import find_space, space_names
from nasbench_suite.table.parameters import ParametersStore


def show(options: argparse.Namespace) -> None:
    """Imports a file into the table of a space, or of each that a pattern such as `nds_*` stands for; says what it has.

    Raises:
        NasBenchSuiteError: there is no such space, the file is not what it should be, or a table of other content is
            there.
    """
    if options.name == "":
        raise ConfigError("--name: expected a table's name, got nothing")
    names = matching(space_names(), options.space) or [options.space]  # what matches nothing is named as unknown
    if options.name and len(names) > 1:
        raise ConfigError(
            f"--name names one table, and {options.space} stands for {', '.join(names)}; import one by one"
        )
    for name in names:
        _import_one(name, options)


def _import_one(name: str, options: argparse.Namespace) -> None:
    space = find_space(name)
    destination = table_path(options.name or space.name)
    metadata = import_file(
        space,
        options.path,
        destination,
        format=options.format,
        accuracy=options.accuracy,
        form=options.form,
        force=options.force,
        parameters=options.weights,
    )
    counts = ", ".join(counted(count, name) for name, count in metadata.counts.items())
    print(f"table {destination.stem}: {counted(metadata.architectures, 'architectures')}, {counts}")
    print(f"data sets: {', '.join(metadata.datasets)}; content {metadata.content_sha256[:12]}; {destination}")
    if options.weights:
        store = ParametersStore(destination, metadata)
        print(f"parameters: of {store.networks:,} networks; {store.path}")
