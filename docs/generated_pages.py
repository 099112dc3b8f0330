"""The site's pages that come from the code: every configuration key, every command's help, every public name.

MkDocs calls what begins with `on_` when it builds the site; see mkdocs.yml.
"""

import contextlib
import dataclasses
import inspect
import io
import os
import re
from argparse import ArgumentParser, _SubParsersAction
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from hydra.utils import get_object

from nasbench_suite.commands.parser import make_parser
from nasbench_suite.configuration.descriptions import description
from nasbench_suite.configuration.files import ConfigFiles
from nasbench_suite.configuration.key_meanings import KeyMeaning, key_meanings
from nasbench_suite.configuration.schema import (
    BudgetConfig,
    BuildConfig,
    ProtocolConfig,
    ScoreConfig,
    SearchConfig,
    TrackingConfig,
    TrainingConfig,
)
from nasbench_suite.configuration.typed import TARGET
from nasbench_suite.spaces import SPACES

if TYPE_CHECKING:
    from mkdocs.config.defaults import MkDocsConfig
    from mkdocs.structure.files import Files

_SECTION = re.compile(r"^ *(?:Args|Attributes):\n(?P<body>(?:(?: +.*)?\n)+)", re.MULTILINE)
_ENTRY = re.compile(r"^(?P<indent> +)(?P<names>\w+(?:, \w+)*): (?P<text>.*(?:\n(?P=indent) +.*)*)", re.MULTILINE)
_CODE = re.compile(r"`[^`\n]+`")
_CONFIGURATION = """\
# Configuration

The keys of `nasbench-suite run`, then those of `build` and of `score`. Defaults are those of the files in `conf/`;
`${...}` takes the value of another key. `nasbench-suite run ... --cfg job` shows the whole configuration of a command,
and runs nothing.
"""
# of a class whose bases are no classes of their own to a reader
_INHERITED = {"nasbench_suite.Table": "    options:\n      inherited_members: true\n"}
# what the program hands to constructors, and nobody sets
_GIVEN = ("space", "fidelities", "rng", "folder", "self")


class Key(NamedTuple):
    """A key of the configuration.

    Attributes:
        name: dotted, as on the command line.
        type: of its value.
        default: as its file has it.
        meaning: what it is, with its unit and range; from the class that takes it, else the comment beside it.
        source: where the default comes from; the comment beside it.
    """

    name: str
    type: str
    default: str
    meaning: str
    source: str


def on_files(files: "Files", config: "MkDocsConfig") -> "Files":
    """Adds the generated pages to the site."""
    from mkdocs.structure.files import File

    for name, text in pages().items():
        files.append(File.generated(config, f"reference/{name}.md", content=text))
    return files


def on_page_markdown(markdown: str, **_: Any) -> str:
    """Returns a page without the backslashes that bars in a table's code need on GitHub, and that MkDocs would show."""
    rows = re.compile(r"^\| .*$", re.MULTILINE)
    return rows.sub(lambda row: _CODE.sub(lambda code: code[0].replace("\\|", "|"), row[0]), markdown)


def pages() -> dict[str, str]:
    """Returns the generated pages, Markdown by name."""
    return {
        "python": python_page(),
        "algorithms": names_page("Algorithms", "nasbench_suite.algorithms"),
        "spaces": spaces_page(),
        "testing": testing_page(),
        "compat": compat_page(),
        "configuration": configuration_page(),
        "commands": commands_page(),
    }


# ---- configuration ----


def configuration_page() -> str:
    """Returns the page of all configuration keys."""
    parts = [_CONFIGURATION]
    for title, text, keys in sections():
        rows = "".join(f"| {' | '.join(_cells(key))} |\n" for key in keys)
        table = (
            f"| key | type | default | meaning | source of the default |\n|---|---|---|---|---|\n{rows}" if rows else ""
        )
        parts.append(f"## {title}\n\n{_escaped(text)}\n\n{table or 'It has no keys.'}\n")
    return "\n".join(parts)


def sections() -> Iterator[tuple[str, str, list[Key]]]:
    """Lists the parts of the configuration: a title, what the part is, its keys."""
    files = ConfigFiles()
    yield "A search", "What is searched, how often, and where results go.", list(_plain("config"))
    yield (
        "budget",
        "The first limit that a search reaches ends it.",
        list(_of_class("budget/protocol", BudgetConfig, "budget")),
    )
    yield (
        "tracking",
        _about("tracking/environment"),
        list(_of_class("tracking/environment", TrackingConfig, "tracking")),
    )
    for name in files.names("evaluator"):
        yield f"evaluator={name}", _about(f"evaluator/{name}"), list(_node(f"evaluator/{name}", "evaluator"))
    yield "protocol", "What papers differ in.", list(_of_class("protocol/digits", ProtocolConfig, "protocol"))
    for name in files.names("algorithm"):
        yield (
            f"algorithm={name}",
            _about(f"algorithm/{name}"),
            list(_node(f"algorithm/{name}", "algorithm", "algorithm")),
        )
    yield "supernet", _about("one_shot/supernet"), list(_supernet())
    for name in files.names("space"):
        yield f"space={name}", _about(f"space/{name}"), list(_node(f"space/{name}", "space"))
    yield "A build", "Architectures are trained, and their table is written.", list(_plain("build"))
    yield "training", _about("training/digits"), list(_training("training/digits"))
    yield "training=nb101", _about("training/nb101"), list(_training("training/nb101"))
    for name in files.names("executor"):
        yield f"executor={name}", _about(f"executor/{name}"), list(_node(f"executor/{name}", "executor"))
    yield "Scores", "Zero-cost scores of architectures are computed.", list(_plain("score"))


def _plain(file: str) -> Iterator[Key]:
    """Lists the keys of a primary configuration that are no groups."""
    known = {"config": SearchConfig, "build": BuildConfig, "score": ScoreConfig}[file]
    types = {field.name: _text(field.type) for field in dataclasses.fields(known)}
    for key in key_meanings(_path(file)):
        yield Key(key.name, types[key.name], key.default, _whole(file, key), "")


def _of_class(file: str, schema: type, prefix: str) -> Iterator[Key]:
    """Lists the fields of a part of the schema, with the comments of the file that has them all."""
    comments = _comments(file)
    for field in dataclasses.fields(schema):
        said = comments.get(field.name, KeyMeaning(field.name, "", ""))
        yield Key(f"{prefix}.{field.name}", _text(field.type), said.default, said.meaning, "")


def _node(file: str, prefix: str, within: str = "") -> Iterator[Key]:
    """Lists the arguments of what a file's `_target_` names.

    Args:
        file: of the group.
        prefix: the group's key on the command line.
        within: the key of the file below which the target stands.
    """
    content = ConfigFiles().read(file)
    node = content.get(within, {}) if within else content
    above = [name for name in content.get("defaults", []) if isinstance(name, str) and name[0] not in "/_"]
    bases = [f"{file.partition('/')[0]}/{name}" for name in above]
    for base in bases:
        node = {**(ConfigFiles().read(base).get(within, {}) if within else ConfigFiles().read(base)), **node}
    comments: dict[str, KeyMeaning] = {}
    for each in (*bases, file):
        comments |= _comments(each)
    yield from _arguments(node, prefix, f"{within}." if within else "", comments)


def _arguments(node: Mapping[str, Any], prefix: str, within: str, comments: Mapping[str, KeyMeaning]) -> Iterator[Key]:
    target = get_object(node[TARGET])
    meanings = meanings_of(target)
    for name, parameter in inspect.signature(target).parameters.items():
        if name in _GIVEN or parameter.kind is parameter.VAR_KEYWORD:
            continue
        said = comments.get(within + name, KeyMeaning(name, "", ""))
        value = node.get(name, parameter.default)
        if isinstance(value, Mapping) and TARGET in value:
            yield from _arguments(value, f"{prefix}.{name}", f"{within}{name}.", comments)
            continue
        meaning = meanings.get(name, said.meaning)
        source = said.meaning if meaning != said.meaning else ""
        default = said.default or ("null" if value is None else str(value))
        yield Key(f"{prefix}.{name}", _text(parameter.annotation), default, meaning, source)


def _supernet() -> Iterator[Key]:
    from nasbench_suite.one_shot.ranking import RankingSettings
    from nasbench_suite.one_shot.settings import SupernetSettings

    comments = _comments("one_shot/supernet")
    for prefix, settings in (("supernet", SupernetSettings), ("ranking", RankingSettings)):
        meanings = meanings_of(settings)
        for field in dataclasses.fields(settings):
            said = comments[f"{prefix}.{field.name}"]
            yield Key(f"{prefix}.{field.name}", _text(field.type), said.default, meanings[field.name], said.meaning)


def _training(file: str) -> Iterator[Key]:
    comments, node = _comments(file), ConfigFiles().read(file)
    for field in dataclasses.fields(TrainingConfig):
        if field.name in ("network", "recipe"):
            continue
        said = comments[field.name]
        yield Key(f"training.{field.name}", _text(field.type), said.default, said.meaning, "")
    for name, said in comments.items():
        if name.startswith("network."):
            yield Key(f"training.{name}", "", said.default, said.meaning, "")
    yield from _arguments(node["recipe"], "training.recipe", "recipe.", comments)


def meanings_of(target: Callable[..., Any]) -> dict[str, str]:
    """Returns what a class's docstrings, or those of its bases, say of its arguments."""
    found: dict[str, str] = {}
    for each in reversed(inspect.getmro(target) if inspect.isclass(target) else (target,)):
        for text in (each.__doc__, each.__init__.__doc__ if inspect.isclass(each) else ""):
            for section in _SECTION.finditer(inspect.cleandoc(text or "") + "\n"):
                for entry in _ENTRY.finditer(section["body"]):
                    found |= dict.fromkeys(entry["names"].split(", "), " ".join(entry["text"].split()))
    return found


def _path(file: str) -> Path:
    path = ConfigFiles().find(file)
    assert path is not None, file
    return path


def _about(file: str) -> str:
    return description(_path(file)) + "."


def _comments(file: str) -> dict[str, KeyMeaning]:
    return {key.name: key for key in key_meanings(_path(file))}


def _whole(file: str, key: KeyMeaning) -> str:
    """Returns a comment with the lines that it goes on in."""
    lines = iter(_path(file).read_text(encoding="utf-8").splitlines())
    said = [key.meaning]
    for line in lines:
        if line.startswith(f"{key.name}:"):
            for more in lines:
                if not re.match(r" {8,}# ", more):
                    break
                said.append(more.strip(" #"))
    return " ".join(said)


def _text(annotation: Any) -> str:
    if annotation is inspect.Parameter.empty:
        return ""
    text = annotation if isinstance(annotation, str) else inspect.formatannotation(annotation)
    text = re.sub(r"\b(?:\w+\.)+(?=\w)", "", text)
    return text.replace("Any", "any")


def _cells(key: Key) -> Iterable[str]:
    code = [f"`{text}`" if text else "" for text in (key.name, key.type, key.default)]
    return (text.replace("|", "\\|") for text in (*code, _escaped(key.meaning), _escaped(key.source)))


def _escaped(text: str) -> str:
    """Returns plain text so that Markdown shows it as it is; `code` stays code."""
    parts = re.split(r"(`[^`]*`)", text)
    return "".join(part if part.startswith("`") else re.sub(r"([*_<>\[\]])", r"\\\1", part) for part in parts)


# ---- commands ----


def commands_page() -> str:
    """Returns the page of every command's help."""
    parts = ["# Command line\n\nWhat `nasbench-suite COMMAND --help` prints.\n"]
    parts += [f"## {name}\n\n```text\n{text.rstrip()}\n```\n" for name, text in helps().items()]
    return "\n".join(parts)


def helps() -> dict[str, str]:
    """Returns every command's help by the command's name."""
    from nasbench_suite.commands.run_help import show_build, show_run, show_score

    found = {name: _wide(parser) for name, parser in commands().items()}
    for name, show in (("run", show_run), ("build", show_build), ("score", show_score)):
        with contextlib.redirect_stdout(io.StringIO()) as printed:
            show()
        found[name] = printed.getvalue()
    return found


def commands() -> Mapping[str, ArgumentParser]:
    """Returns the parser of every command."""
    (found,) = [action for action in make_parser()._actions if isinstance(action, _SubParsersAction)]
    return found.choices


def _wide(parser: ArgumentParser) -> str:
    before = os.environ.get("COLUMNS")
    os.environ["COLUMNS"] = "100"
    try:
        return parser.format_help()
    finally:
        if before is None:
            del os.environ["COLUMNS"]
        else:
            os.environ["COLUMNS"] = before


# ---- public names ----


def python_page() -> str:
    """Returns the page of the package's own names."""
    import nasbench_suite

    # the two packages have pages of their own
    names = [
        f"nasbench_suite.{name}"
        for name in nasbench_suite.__all__
        if name not in ("algorithms", "spaces", "__version__")
    ]
    listed = (
        "`nasbench_suite.spaces()` and `nasbench_suite.algorithms()` list names, and are the packages of"
        " [spaces](spaces.md) and [algorithms](algorithms.md); `nasbench_suite.__version__` is the version."
    )
    return _page("Python", f"`import nasbench_suite as nbs`. {listed}", [*names, *_errors(), *_ADAPTERS])


_ADAPTERS = ("nasbench_suite.adapters.optuna", "nasbench_suite.adapters.config_space")


def _errors() -> list[str]:
    module = import_module("nasbench_suite.errors")
    found = [
        name for name, value in vars(module).items() if inspect.isclass(value) and value.__module__ == module.__name__
    ]
    return [f"nasbench_suite.errors.{name}" for name in found if name != "NasBenchSuiteError"]


def names_page(title: str, module: str) -> str:
    """Returns the page of what a module exports."""
    return _page(title, f"`from {module} import ...`", [f"{module}.{name}" for name in import_module(module).__all__])


def spaces_page() -> str:
    """Returns the page of the spaces and what belongs to them."""
    modules = sorted({place.partition(":")[0] for place in SPACES.values()})
    names = [f"{module}.{name}" for module in modules for name in import_module(module).__all__]
    return _page(
        "Spaces",
        "`nasbench_suite.find_space(NAME)` makes one.",
        [*names, "nasbench_suite.spaces.nb101.graphs.cell_hash"],
    )


def testing_page() -> str:
    """Returns the page of the contract tests."""
    names = ("AlgorithmContract", "SpaceContract", "supernets.SupernetContract")
    return _page(
        "Testing", "Contract tests, for your plugins and ours.", [f"nasbench_suite.testing.{name}" for name in names]
    )


def compat_page() -> str:
    """Returns the page of the peers' APIs."""
    modules = ("nas_201_api", "nats_bench", "nni")
    names = [f"{name}.{each}" for name in modules for each in import_module(f"nasbench_suite.compat.{name}").__all__]
    text = "See [migrating](../migrating.md) for each call and what replaces it."
    return _page("The peers' APIs", text, [f"nasbench_suite.compat.{name}" for name in (*names, "nasbench.api")])


def _page(title: str, text: str, names: Sequence[str]) -> str:
    listed = "\n".join(f"::: {name}\n{_INHERITED.get(name, '')}" for name in names)
    return f"# {title}\n\n{text}\n\n{listed}"
