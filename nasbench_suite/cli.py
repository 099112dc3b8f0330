"""The command line: finds the command that was typed, runs it, and puts what it raises into one line.

The commands and their options are in `commands/parser.py`, what each does in the other modules of `commands/`.
"""

import io
import os
import sys
from collections.abc import Sequence

from nasbench_suite.atomic_write import reason
from nasbench_suite.commands.parser import hint, make_parser, parse
from nasbench_suite.errors import ConfigError, NasBenchSuiteError
from nasbench_suite.pytorch import is_without_pytorch, missing_pytorch

# what other programs call our commands
_USUAL = {
    "search": "run",
    "train": "build",
    "ls": "list",
    "show": "tables",
    "download": "fetch",
    "plot": "report",
    "compare": "report",
    "help": "--help",
    "version": "--version",
    "resume": "run",
    "convert": "import",
}
_OPTIONS = ("--help", "-h", "--version")


def main(argv: Sequence[str] | None = None) -> None:
    """Runs a command; errors end in one line and exit code 2."""
    arguments = [_as_utf8(word) for word in (sys.argv[1:] if argv is None else argv)]
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # a terminal without our letters shows their codes
    try:
        if "_ARGCOMPLETE" in os.environ:
            _complete()
        elif not arguments:
            make_parser().print_help()
        elif arguments[:1] == ["run"]:
            _run(arguments[1:])
        elif arguments[:1] == ["build"]:
            _build(arguments[1:])
        elif arguments[:1] == ["score"]:
            _score(arguments[1:])
        else:
            _check_command(arguments[0])
            options = parse(arguments)
            options.command(options)
        sys.stdout.flush()
    except BrokenPipeError:
        # the reader of our output has gone, as `| head` does; say nothing more
        _discard_output()
        sys.exit(141)
    except KeyboardInterrupt:
        print("nasbench-suite: interrupted; start again to go on", file=sys.stderr)
        sys.exit(130)
    except NasBenchSuiteError as error:
        _fail(error)
    except OSError as error:  # whatever reads and writes files names them; what is left is our own output
        _discard_output()
        _fail(NasBenchSuiteError(f"{error.filename or 'the output'}: cannot be read or written ({reason(error)})"))
    except ModuleNotFoundError as error:
        if is_without_pytorch(error):
            _fail(missing_pytorch("this"))
        if (error.name or "").partition(".")[0] != "wandb":
            raise
        _fail(ConfigError("this needs wandb, which is not installed; pip install wandb"))
    except MemoryError:
        _fail(NasBenchSuiteError("there is not enough memory"))


def _check_command(word: str) -> None:
    """Raises ConfigError where the first word is a configuration's key, or what others call one of our commands."""
    if "=" in word and not word.startswith("-"):
        raise ConfigError(f"{word}: expected a command; did you mean nasbench-suite run {word}?")
    if word in _USUAL:
        raise ConfigError(f"there is no command {word!r}; did you mean nasbench-suite {_USUAL[word]}?")
    if word.startswith("-") and word not in _OPTIONS:
        raise ConfigError(f"{word}: there is no such option; {hint(word, _OPTIONS)}")


def _as_utf8(word: str) -> str:
    """Returns an argument that was typed in UTF-8 where the locale has no letters but ASCII's."""
    try:
        return word.encode("utf-8", "surrogateescape").decode("utf-8")
    except UnicodeError:
        return word


def _discard_output() -> None:
    """Lets nothing more be written to where nothing can be written."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _fail(error: Exception) -> None:
    if os.environ.get("HYDRA_FULL_ERROR") == "1":
        raise error
    print(f"nasbench-suite: {' '.join(str(error).split())}", file=sys.stderr)
    sys.exit(2)


def _complete() -> None:
    """Answers a shell that asks what could be typed; see argcomplete."""
    from nasbench_suite.commands.completion import complete

    complete(make_parser())


def _run(arguments: Sequence[str]) -> None:
    if {"-h", "--help"} & set(arguments):
        from nasbench_suite.commands.run_help import show_run

        return show_run()
    from nasbench_suite.commands.run import main as run

    run(arguments)


def _build(arguments: Sequence[str]) -> None:
    if {"-h", "--help"} & set(arguments):
        from nasbench_suite.commands.run_help import show_build

        return show_build()
    from nasbench_suite.commands.build import main as build

    build(arguments)


def _score(arguments: Sequence[str]) -> None:
    if {"-h", "--help"} & set(arguments):
        from nasbench_suite.commands.run_help import show_score

        return show_score()
    from nasbench_suite.commands.score import main as score

    score(arguments)
