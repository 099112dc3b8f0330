"""What can be typed after `nasbench-suite`: commands and their options.

A command's module is imported when the command runs, so that none waits for another's libraries.
"""

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NoReturn

from nasbench_suite.errors import ConfigError
from nasbench_suite.version import __version__

RUN_HELP = """search: nasbench-suite run [-m] [experiment=NAME] [key=value ...]; `run --help` shows the configuration"""
BUILD_HELP = """train architectures and write their table: nasbench-suite build name=NAME [key=value ...]"""
SCORE_HELP = """compute zero-cost scores of architectures: nasbench-suite score architectures=N [key=value ...]"""


def parse(arguments: Sequence[str]) -> argparse.Namespace:
    """Reads a command and its options; its function `command` takes all of them and runs it.

    Raises:
        ConfigError: there is no such command or option, or a value does not fit.
    """
    parser = make_parser()
    options, unknown = parser.parse_known_args(arguments)
    if unknown:
        _refuse_unknown(parser, arguments[0], unknown[0])
    return options


def _refuse_unknown(parser: argparse.ArgumentParser, command: str, word: str) -> NoReturn:
    """Raises ConfigError for an argument that a command does not take."""
    (commands,) = (action.choices for action in parser._actions if isinstance(action, argparse._SubParsersAction))
    options = [option for option in commands[command]._option_string_actions if option.startswith("--")]
    if not word.startswith("-"):
        raise ConfigError(f"{word}: expected nothing more; `nasbench-suite {command} --help` shows what it takes")
    meant = hint(word.partition("=")[0], options)
    if (command, word) == ("rerun", "--force"):
        meant = "it writes beside the job's folder, or to results=FOLDER, and replaces nothing"
    raise ConfigError(f"{word}: there is no such option of {command}; {meant}")


def hint(word: str, known: Sequence[str]) -> str:
    """Names what was probably meant, or all that there is."""
    from nasbench_suite.closest import closest

    close = closest(word, known)
    return f"did you mean {close}?" if close else f"there is: {', '.join(known)}"


class _Parser(argparse.ArgumentParser):
    def __init__(self, **settings: Any) -> None:
        """Takes options by their whole names alone: what is added later would change what a shortened one means."""
        super().__init__(**settings, allow_abbrev=False)

    def error(self, message: str) -> NoReturn:
        """Complains in one line, as everything here does."""
        raise ConfigError(f"{message}; `{self.prog} --help` shows how")

    def _check_value(self, action: argparse.Action, value: Any) -> None:
        """Names what was probably meant, or all that there is."""
        if action.choices is not None and value not in action.choices:
            raise argparse.ArgumentError(action, f"there is no {value!r}; {hint(str(value), list(action.choices))}")


def make_parser() -> argparse.ArgumentParser:
    """Makes the parser of all commands."""
    parser = _Parser(prog="nasbench-suite", description="One command pairs a NAS search space with an algorithm.")
    parser.add_argument("--version", action="version", version=f"nasbench-suite {__version__}")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for name, text in (("run", RUN_HELP), ("build", BUILD_HELP), ("score", SCORE_HELP)):
        command = commands.add_parser(name, help=text)
        command.add_argument("overrides", nargs="*", metavar="KEY=VALUE")  # which Hydra reads

    command = commands.add_parser("rerun", help="run a finished job again, from what its folder has of it")
    command.add_argument("folder", type=_path, metavar="FOLDER", help="of the job")
    command.add_argument(
        "overrides", nargs="*", default=[], metavar="KEY=VALUE", help="what is to differ; results=DIR, seeds=20 ..."
    )
    command.add_argument("--any-table", action="store_true", help="also on a table, or columns, of other content")
    command.set_defaults(command=_rerun)

    command = commands.add_parser("verify", help="search again under some of a job's seeds, and compare row by row")
    command.add_argument("folder", type=_path, metavar="FOLDER", help="of the finished job")
    command.add_argument("--seeds", type=_count, default=3, metavar="N", help="how many seeds (default 3)")
    command.add_argument("--any-table", action="store_true", help="also on a table, or columns, of other content")
    command.set_defaults(command=_verify)

    command = commands.add_parser("import", help="turn an official or tidy file into a table")
    command.add_argument("space", help="e.g. nb201; 'nds_*' for every space of that name")
    command.add_argument("path", type=_path, help="the benchmark's file or folder, or a CSV of your own")
    command.add_argument("--name", help="the table's name; default: the space's")
    command.add_argument("--format", help="force a format; default: recognised from the file")
    command.add_argument(
        "--accuracy", choices=["percent", "fraction"], help="unit of the accuracies in a tidy CSV; default: percent"
    )
    command.add_argument("--form", help="the form of the architectures in a tidy CSV, e.g. naslib; default: recognised")
    command.add_argument("--force", action="store_true", help="replace a table that has other content")
    command.add_argument("--weights", action="store_true", help="keep the networks' parameters, beside the table")
    command.set_defaults(command=_import)

    command = commands.add_parser("fetch", help="download an official file that has a direct address")
    command.add_argument("name", nargs="?", metavar="NAME", help="of the file; default: list those that there are")
    command.set_defaults(command=_fetch)

    command = commands.add_parser("annotate", help="add hardware costs or zero-cost scores to a table")
    command.add_argument("table", metavar="TABLE", help="its name")
    command.add_argument(
        "path", type=_path, metavar="PATH", help="HW-NAS-Bench, zero-cost scores, or a CSV of your own"
    )
    command.add_argument("--dataset", help="whose images the figures are for, where the file does not say")
    command.add_argument("--format", help="force a format; default: recognised from the file")
    command.add_argument("--form", help="the form of the architectures in a CSV of your own; default: recognised")
    command.set_defaults(command=_annotate)

    command = commands.add_parser("export", help="write a table's rows as CSV or Parquet")
    command.add_argument("table", metavar="TABLE", help="its name")
    command.add_argument("path", type=_path, metavar="PATH", help="ends in .csv, .csv.gz or .parquet")
    command.add_argument("--force", action="store_true", help="replace a file that is there")
    command.set_defaults(command=_export)

    command = commands.add_parser("tables", help="list the tables that are here")
    command.add_argument("name", nargs="?", metavar="NAME", help="one table; default: all")
    command.add_argument("--verify", action="store_true", help="read every value and compare the content hash")
    command.set_defaults(command=_tables)

    command = commands.add_parser("query", help="show what a table knows of one architecture")
    command.add_argument("space", help="e.g. nb201; or the name of a table")
    command.add_argument(
        "arch",
        help="the architecture, as we or others write it, its row in the table, or its hash (nb101)",
    )
    command.add_argument("--form", help="the form that it is written in, e.g. naslib; default: recognised")
    command.add_argument("--table", help="the table's name; default: the one that has space and data set")
    command.add_argument("--dataset", help="the data set; default: all")
    command.add_argument("--schedule", type=_whole, help="length of the training, in epochs; default: the longest")
    command.add_argument("--epoch", type=_whole, help="epoch within the schedule; default: the last")
    command.add_argument("--trial", default="mean", help="training seed, or mean (default)")
    command.add_argument("--json", action="store_true", help="print one JSON object; needs --dataset")
    command.add_argument("--all", action="store_true", help="show every metric of every training at the epoch")
    command.add_argument("--csv", action="store_true", help="print the same at all epochs, as CSV")
    command.set_defaults(command=_query)

    command = commands.add_parser("status", help="where every job of a sweep stands, and what a restart would do")
    command.add_argument("folders", type=_path, nargs="+", metavar="DIR", help="results folders")
    command.add_argument("--json", action="store_true", help="print a list of objects")
    command.set_defaults(command=_status)

    command = commands.add_parser("report", help="tables and figures of finished runs")
    command.add_argument("folders", type=_path, nargs="+", metavar="DIR", help="results folders")
    command.add_argument(
        "--format",
        choices=["markdown", "html", "latex", "json", "csv"],
        help="default: what the ending of --output names, else markdown",
    )
    command.add_argument("--output", type=_path, metavar="FILE", help="write there instead of to the terminal")
    command.add_argument(
        "--figure",
        type=_path,
        metavar="FILE",
        help="the curves as .png, .svg or .pdf; default: a .png beside Markdown's FILE",
    )
    command.add_argument(
        "--at",
        type=_number,
        nargs="+",
        default=[],
        metavar="BUDGET",
        help="test the differences here, in seconds; in Markdown and HTML",
    )
    command.add_argument(
        "--curves", choices=["accuracy", "regret", "both"], default="both", help="what the figure shows"
    )
    command.add_argument("--axis", choices=["log", "linear", "both"], default="log", help="the figure's axes")
    command.set_defaults(command=_report)

    command = commands.add_parser("dashboard", help="one page to explore, of finished runs; or a W&B workspace")
    command.add_argument(
        "words",
        nargs="+",
        metavar="DIR ... | wandb PROJECT",
        help="results folders, with all below them; or a W&B project, whose runs a workspace compares",
    )
    command.add_argument("--output", type=_path, metavar="FILE", help="the page; without it dashboard.html in DIR")
    command.add_argument("--entity", help="of the project: user or team; default: W&B's own")
    command.add_argument(
        "--dataset",
        nargs="+",
        default=[],
        metavar="NAME",
        help="that have panels in the workspace; default: those of the project's runs",
    )
    command.add_argument(
        "--save", type=_path, metavar="FILE", help="write the workspace's specification there, and ask no server"
    )
    command.set_defaults(command=_dashboard)

    command = commands.add_parser("distributions", help="compare design spaces by the errors of their networks")
    command.add_argument("tables", nargs="+", metavar="TABLE[:DATASET]", help="e.g. nds_resnet nds_darts:cifar10_lr-wd")
    command.add_argument("--dataset", required=True, help="the data set of tables that name none")
    command.add_argument("--bins", type=_count, default=10, help="of equal weight, for matched complexity (default 10)")
    command.add_argument(
        "--parameters", type=_number, nargs=2, metavar=("LOW", "HIGH"), help="range to match, in millions"
    )
    command.add_argument("--flops", type=_number, nargs=2, metavar=("LOW", "HIGH"), help="range to match, in millions")
    command.add_argument(
        "--output", type=_path, required=True, metavar="FILE", help="the page; its figure lies beside it"
    )
    command.set_defaults(command=_distributions)

    command = commands.add_parser("list", help="the names that a command line takes, and what each is")
    command.add_argument(
        "kind",
        nargs="?",
        choices=["spaces", "algorithms", "protocols", "experiments", "datasets", "tables"],
        metavar="KIND",
        help="spaces, algorithms, protocols, experiments, datasets or tables; default: all",
    )
    command.set_defaults(command=_list)

    command = commands.add_parser("completion", help="print a script that lets a shell complete commands and keys")
    command.add_argument("shell", choices=["bash", "zsh", "fish"], metavar="SHELL", help="bash, zsh or fish")
    command.set_defaults(command=_completion)

    command = commands.add_parser("enumerate", help="list the architectures of a space in the official order")
    command.add_argument("space", help="e.g. nb201")
    command.set_defaults(command=_enumerate)
    return parser


def _path(text: str) -> Path:
    if not text.strip():
        raise argparse.ArgumentTypeError("expected a path, got nothing")
    return Path(text).expanduser()


def _count(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"expected a whole number of 1 or more, got {text!r}")
    return int(text)


def _whole(text: str) -> int:
    try:
        return int(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"expected a whole number, got {text!r}") from None


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"expected a number, got {text!r}") from None


def _rerun(options: argparse.Namespace) -> None:
    from nasbench_suite.commands.rerun import rerun

    rerun(options.folder, options.overrides, options.any_table)


def _verify(options: argparse.Namespace) -> None:
    from nasbench_suite.commands.verify import verify

    verify(options.folder, options.seeds, options.any_table)


def _import(options: argparse.Namespace) -> None:
    from nasbench_suite.commands.import_files import show

    show(options)


def _fetch(options: argparse.Namespace) -> None:
    from nasbench_suite.commands.fetch import show

    show(options.name)


def _annotate(options: argparse.Namespace) -> None:
    from nasbench_suite.commands.annotate import show

    show(options)


def _export(options: argparse.Namespace) -> None:
    from nasbench_suite.commands.export import show

    show(options)


def _tables(options: argparse.Namespace) -> None:
    from nasbench_suite.commands.tables import show

    show(options.name, verify=options.verify)


def _query(options: argparse.Namespace) -> None:
    from nasbench_suite.commands.query import show

    show(options)


def _status(options: argparse.Namespace) -> None:
    from nasbench_suite.commands.status import show

    show(options.folders, options.json)


def _report(options: argparse.Namespace) -> None:
    from nasbench_suite.commands.report import write

    write(options.folders, options.format, options.output, options.figure, options.curves, options.axis, options.at)


def _list(options: argparse.Namespace) -> None:
    from nasbench_suite.commands.list_names import show

    show(options.kind)


def _completion(options: argparse.Namespace) -> None:
    from nasbench_suite.commands.completion import script

    print(script(options.shell), end="")


def _dashboard(options: argparse.Namespace) -> None:
    from nasbench_suite.commands.dashboard import show

    show(options)


def _distributions(options: argparse.Namespace) -> None:
    from nasbench_suite.commands.distributions import write

    write(options)


def _enumerate(options: argparse.Namespace) -> None:
    from nasbench_suite.commands.enumerate_space import show

    show(options.space)
