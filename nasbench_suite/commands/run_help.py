"""`run --help`, `build --help` and `score --help`: what the keys mean, and below them what the groups offer."""

from collections.abc import Iterator, Mapping, Sequence

from nasbench_suite.configuration.files import ConfigFiles
from nasbench_suite.configuration.key_meanings import key_meanings
from nasbench_suite.scores import score_names

_RUN = """\
usage: nasbench-suite run [-m] [experiment=NAME | -cn NAME] [KEY=VALUE ...]

Searches: pairs a search space with an algorithm under a protocol. Without arguments: random search on the table that
comes with the package. What is finished is not searched again.

  nasbench-suite run algorithm=rea seeds=100
  nasbench-suite run -m algorithm=random,rea,bohb seeds=100 results=results/mine   several values: a sweep, with -m
  nasbench-suite run protocol=nb201 algorithm=rea budget.seconds=6000

"""
_BUILD = """\
usage: nasbench-suite build name=NAME [KEY=VALUE ...]

Trains architectures and writes their table. Finished trainings are kept: started again, it goes on.

  nasbench-suite build name=mine architectures=100 schedules=[2] workers=2

"""
_SCORE = """\
usage: nasbench-suite score architectures=N [table=TABLE] [KEY=VALUE ...]

Computes zero-cost scores of architectures, and puts them beside a table as columns. Started again, it goes on.

  nasbench-suite score table=nb201 dataset=cifar10 architectures=1000 scores=[synflow,nwot]

"""
_END = """

The settings of an algorithm are keys below `algorithm` (and `supernet`, for one that trains one):
  nasbench-suite {command} {example} --cfg job     shows the whole configuration, and runs nothing
`nasbench-suite list` says what each name is; --config-dir DIR adds your own files; --hydra-help is about Hydra."""

# the groups of each command, in the order shown, and the files of theirs whose keys are shown
_GROUPS: Mapping[str, Sequence[str]] = {
    "run": ("algorithm", "space", "protocol", "experiment", "evaluator", "budget", "tracking"),
    "build": ("space", "training", "executor"),
    "score": ("space",),
}
_KEYS: Mapping[str, Mapping[str, str]] = {
    "run": {"": "config", "budget.": "budget/protocol", "tracking.": "tracking/offline"},
    "build": {"": "build"},
    "score": {"": "score"},
}


def show_run() -> None:
    """Prints what `run` takes."""
    print(_RUN + "\n".join(_body("run")) + _END.format(command="run", example="algorithm=rea"))


def show_build() -> None:
    """Prints what `build` takes."""
    print(_BUILD + "\n".join(_body("build")) + _END.format(command="build", example="name=mine"))


def show_score() -> None:
    """Prints what `score` takes."""
    names = f"\n\nscores:\n  {', '.join(score_names())}"
    print(_SCORE + "\n".join(_body("score")) + names)


def _body(command: str) -> Iterator[str]:
    files = ConfigFiles()
    yield "keys, their defaults, and what they mean:"
    for prefix, file in _KEYS[command].items():
        path = files.find(file)
        assert path is not None
        for key in key_meanings(path):
            default = "" if key.default.startswith("${") else f" [{key.default}]"
            yield f"  {prefix + key.name + default:30}  {key.meaning}".rstrip()
    yield ""
    yield "groups, GROUP=NAME:"
    for group in _GROUPS[command]:
        yield f"  {group:12}  {', '.join(files.names(group))}"
