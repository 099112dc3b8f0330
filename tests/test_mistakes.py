"""What people are likely to type wrong, each with the line that says what was meant."""

from collections.abc import Callable
from pathlib import Path

import pytest

ARCH = "|none~0|+|none~0|none~1|+|none~0|none~1|none~2|"
MISTAKES = {
    # the names of algorithms, as the field calls them and in other letters
    "run algorithm=darts": "algorithm: there is no 'darts'; did you mean darts1 or darts2?",
    "run algorithm=DARTS": "did you mean darts1 or darts2?",
    "run algorithm=evolution": "did you mean rea?",
    "run algorithm=regularized_evolution": "did you mean rea?",
    "run algorithm=RE": "did you mean rea?",
    "run algorithm=REA": "did you mean rea?",
    "run algorithm=random_search": "did you mean random?",
    "run algorithm=RL": "did you mean reinforce?",
    "run algorithm=bo": "did you mean tpe or bohb?",
    "run algorithm=hyper-band": "did you mean hyperband?",
    "run algorithm=": "algorithm: expected a name, got nothing; there is: asha, bananas",
    "run --force": "results=FOLDER searches anew",
    "run algorithm=annealing": "there is: asha",
    # an algorithm that is named in another way than by its key
    "run rea": "rea: expected KEY=VALUE; did you mean algorithm=rea?",
    "run --algorithm rea": "did you mean algorithm=rea?",
    "run --algorithm=rea": "did you mean algorithm=rea?",
    "run -algorithm=rea": "keys are written without dashes; did you mean algorithm=rea?",
    "run algorithm rea": "algorithm: expected KEY=VALUE; did you mean algorithm=rea?",
    "run algorithm:rea": "did you mean algorithm=rea?",
    "run algorithm==rea": "did you mean algorithm=rea?",
    "run algorithm=[rea,random]": "algorithm: expected the name of a file, got [rea,random]",
    "run Algorithm=rea": "did you mean algorithm?",
    "run algoritm=rea": "did you mean algorithm?",
    "run --halp": "`nasbench-suite run --help` shows how",
    # spaces, data sets and protocols that do not go together, or are not there
    "run space=NB201": "space: there is no 'NB201'; did you mean nb201?",
    "run space=nasbench201": "did you mean nb201?",
    "run space=nas-bench-101": "did you mean nb101?",
    "run space=darts": "did you mean nds_darts?",
    "run dataset=cifar": "dataset: no protocol for space nb201 is for 'cifar'; did you mean cifar10 or cifar100?",
    "run dataset=CIFAR100": "did you mean cifar100?",
    "run dataset=imagenet": "did you mean ImageNet16-120?",
    "run space=nb101 dataset=cifar100": "no protocol for space nb101 is for 'cifar100'; did you mean cifar10?",
    "run space=nb101 protocol=nb201": "protocol: nb201 is for space nb201, got space nb101; without "
    "protocol= it is the space's own: nasbench-suite run space=nb101",
    "run space=nb101 algorithm=darts1": "space nb101 has no supernet to search, which darts1 trains; those "
    "that have one: nb201, nds_darts; nasbench-suite run space=nb201 algorithm=darts1",
    "run protocol=rea": "protocol: there is no 'rea'",
    "run protocol=NB201": "did you mean nb201?",
    "run experiment=nb201": "experiment: there is no 'nb201'; did you mean space=nb201 or protocol=nb201?",
    "run experiment=nb201_tabel": "did you mean nb201_table?",
    # values
    "run seed=0,1,2": "nasbench-suite run -m seed=0,1,2; several searches of one job are seeds=3",
    "run algorithm=rea,random": "a sweep, which -m starts: nasbench-suite run -m algorithm=rea,random",
    "run budget=12000": "budget: expected the name of a file, got 12000",
    "run tracking=wandb": "there is: disabled, environment, offline, online",
    "run table=nb202": "no table 'nb202' (there is: nb201); did you mean nb201?",
    "run table=lost.mdb": "lost.mdb: there is no such file; `nasbench-suite import SPACE PATH` makes a table",
    "run protocol=nb201 seeds=1000000000": "seeds: expected at most 1,000,000 searches in one job, got 1,000,000,000",
    "run protocol=nb201 workers=0": "workers: expected a whole number of 1 or more, got 0",
    "run protocol=nb201 tracking.mode=foo": "tracking.mode: expected offline or online or disabled or null, got 'foo'",
    "run objectives=accuracy": "did you mean valid_accuracy?",
    "run protocol=nb201 constraints=[test_accuracy>80]": "constraints: expected bounds on valid_accuracy, parameters, "
    "flops, latency or an annotation's columns, got one on test_accuracy",
    "run objectives=[edgegpu_latency]": "objectives: expected valid_accuracy or test_error, or an accuracy and "
    "edgegpu_latency; got 'edgegpu_latency' alone; algorithms for several objectives: mo_rea, nsga2",
    "run protocol=nb201 algorithm=nsga2 objectives=[valid_accuracy,edgegpu_latency]": "`nasbench-suite annotate nb201 "
    "PATH` adds columns",
    "run protocol=nb201 algorithm=warm_rea algorithm.column=nwot:up": "algorithm.column: expected nwot, nwot:min or",
    "run protocol=nb201 objectives=[test_error,valid_accuracy]": "valid_accuracy or test_error, one objective, got it "
    "twice",
    "run protocol=nb201 constraints={parameters:1}": "constraints: expected a list, such as [pixel3_latency<5]; got",
    "run protocol=nb201 constraint=[parameters<1]": "constraint: there is no such key; did you mean constraints?",
    "run protocol=nb201 constraints=[parameters=5]": "one of < <= > >=, and a number in the figure's unit, such as "
    "pixel3_latency<5; got 'parameters=5'",
    "run protocol=nb201 measurement_seconds.latency=5": "or the algorithm's column (here: none), got latency",
    "run protocol=digits evaluator=train algorithm=nsga2 objectives=[valid_accuracy,parameters]": "objectives: "
    "expected valid_accuracy, the one objective of evaluator=train, got valid_accuracy, parameters; "
    "evaluator=table has several",
    "run evaluator=tabel": "did you mean table?",
    # what a configuration leaves open
    "build": "name: expected a name for the table, got none; such as name=mine",
    "build name=mine device=???": "device: expected a value, got none; say device=VALUE",
    "score architectures=2 ++network.cells=???": "network.cells: expected a value, got none; say network.cells=VALUE",
    "run label=${protocol.table} protocol.table=???": "protocol.table: expected a value, got none",
    "run results=???": "results: expected a value, got none; say results=VALUE",
    "run label=???": "label: expected a value, got none; say label=VALUE",
    "run budget.seconds=???": "budget.seconds: expected a value, got none; say budget.seconds=VALUE",
    # several values where none can be swept
    "build name=mine architectures=0,1,0": "architectures=0,1,0: expected one value, for nasbench-suite build starts "
    "no sweep; a list is written 'architectures=[0,1,0]'",
    "build name=a,b": "name=a,b: expected one value, for nasbench-suite build starts no sweep\n",
    "score architectures=2 scores=nwot,synflow": "a list is written 'scores=[nwot,synflow]'",
    # commands
    "rnu algorithm=rea": "did you mean run?",
    "algorithm=rea": "did you mean nasbench-suite run algorithm=rea?",
    "search": "did you mean nasbench-suite run?",
    "train": "did you mean nasbench-suite build?",
    "help": "did you mean nasbench-suite --help?",
    "reprot .": "did you mean report?",
    "report --format pdf .": "there is: markdown, html, latex, json, csv",
    "report lost": "lost: expected a results folder, there is none; `nasbench-suite run` makes one",
    "report .": "no finished job in or below it",
    "status lost": "expected a results folder, there is none",
    "rerun lost": "expected a job's folder, which has config.yaml and job.json; there is none",
    "verify .": "expected a job's folder, which has config.yaml and job.json; there is none",
    "dashboard lost": "lost: expected a results folder",
    "tables nb202": "no table 'nb202'",
    "import nb201 lost.csv": "lost.csv: there is no such file or folder",
    "import nb2o1 lost.csv": "did you mean nb201?",
    "rerun lost --force": "--force: there is no such option of rerun; it writes beside the job's folder",
    "rerun lost --any-tabel": "did you mean --any-table?",
    "verify . --sede 3": "--sede: there is no such option of verify; did you mean --seeds?",
    "verify . seeds=3": "seeds=3: expected nothing more; `nasbench-suite verify --help` shows what it takes",
    "tables --verfy": "did you mean --verify?",
    "--verson": "--verson: there is no such option; did you mean --version?",
    "-v": "-v: there is no such option; there is: --help, -h, --version",
    "report . --at soon": "argument --at: expected a number, got 'soon'",
    "report . --output report.docx": "expected a file that ends in one of .md,",
    "distributions nb201 --dataset cifar10 --output d.html --bins 0": "expected a whole number of 1 or more, got '0'",
    "list algorithm": "did you mean algorithms?",
    "completion powershell": "there is: bash, zsh, fish",
    "fetch nasbench_ful": "did you mean nasbench_full?",
    "export nb201 table.json": "expected a file that ends in .csv, .csv.gz or .parquet",
    "annotate nb202 costs.csv": "did you mean nb201?",
    "import nb201 lost.csv --accuracy percents": "did you mean percent?",
    # launchers and sweepers
    "run -m hydra/launcher=slurm seeds=1,2": "did you mean submitit_slurm?",
    "run -m hydra/launcher=submitit seeds=1,2": "did you mean submitit_local or submitit_slurm?",
    "run -m hydra/launcher=joblb seeds=1,2": "did you mean joblib?",
    "run -m hydra/launcher=JOBLIB seeds=1,2": "did you mean joblib?",
    "run -m hydra/sweeper=optunna seeds=1,2": "did you mean optuna?",
    # budgets and searches
    "run protocol=nb201 budget.seconds=0": "budget.seconds: expected a number above 0, or null for no limit; got 0",
    "run protocol=nb201 budget.evaluations=ten": "budget.evaluations: expected a whole number or null, got 'ten'",
    "run protocol=nb201 budget.second=10": "did you mean budget.seconds?",
    "run protocol=nb201 algorithm=rea algorithm.poplation=10": "did you mean algorithm.population?",
    "run protocol=nb201 algorithm=rea algorithm.population=0": "expected population and tournament of 1 or more",
    "run protocol=nb201 constraints=[parameters<1": "constraints=[parameters<1: the value has a [ and no ] that "
    "belongs to it",
    "run protocol=nb201 constraints=parameters": "such as pixel3_latency<5; got 'parameters'",
    "run seeds=[0,1,2]": "seeds: expected a whole number, got [0, 1, 2]",
    "run cores=auto": "cores: expected a whole number, got 'auto'",
    "run protocol=nb201 overhead=-1": "overhead: expected simulated seconds of 0 or more, or measured; got -1",
    "run protocol=nb201 trial=meen": "expected a whole number or mean or random or random_or_mean, got 'meen'",
    "run label=[a]": "label: expected text or null, got ['a']",
    "run --config-dir nowhere": "not found",
    "run evaluator=train evaluator.device=gpu": "evaluator.device: expected cpu or cuda, got 'gpu'",
    # builds and scores
    "build mine": "mine: expected KEY=VALUE",
    "build -m name=mine,yours": "-m: expected a build of one configuration",
    "score architectures=2 scores=synflow,nwot -m": "-m: expected a score of one configuration",
    "report . --curve both": "--curve: there is no such option of report; did you mean --curves?",
    "build name=mine epochs=3": "did you mean training.recipe.epochs?",
    "build name=mine architectures=9-3": "expected a range from the lower index to the higher, got 9-3",
    "build name=mine executor=slurm": "there is: local, ray",
    "build name=mine datasets=[mnist]": "to train on, got 'mnist'",
    "score architectures=2 scores=[synfow]": "did you mean synflow?",
    # settings of networks
    "score dataset=digits architectures=2 network.chanels=8": "network.chanels: expected a setting of space nb201's "
    "networks (channels, cells, momentum, skip_unused), got chanels; did you mean network.channels?",
    "score dataset=digits architectures=2 network.channels=8.5": "network.channels: expected a whole number, got 8.5",
    "score dataset=digits architectures=2 network.channels=0": "network: classes, channels, cells, in_channels and "
    "replicas must be at least 1",
    "score dataset=digits architectures=2 network.classes=3": "classes follows from the data set",
    "build name=mine training.network.chanels=8": "did you mean training.network.channels, or another training=?",
    "build name=mine space=nb101 training=digits": "(channels, cells), got momentum; choose another training=",
    "run evaluator=train protocol=digits evaluator.training.network.chanels=8": "evaluator.training.network.channels?",
    # questions to a table
    "query nb201": "the following arguments are required: arch",
    "query nb201 15625": "table nb201: expected a row in 0..15624, got 15625",
    "query NB201 5": "did you mean nb201?",
    f"query nb201 {ARCH.replace('none~0', 'conv_3x3~0', 1)}": "unknown operation 'conv_3x3'",
    "query nb201 |none~0|+|none~0|none~1|": "expected a cell such as",
    f"query nb201 {ARCH} --dataset svhn": "svhn",
    f"query nb201 {ARCH} --dataset cifar1": "did you mean cifar10?",
    f"query nb201 {ARCH} --epochs 12": "did you mean --epoch?",
    f"query nb201 {ARCH} --epoch last": "argument --epoch: expected a whole number, got 'last'",
    f"query nb201 {ARCH} --dataset cifar10 --schedule 10": "12 or 200",
    f"query nb201 {ARCH} --dataset cifar10 --trial 3": "not trial 3",
    f"query nb101 {ARCH}": "expected a cell as MATRIX|OPERATIONS",
}


@pytest.fixture
def command_line(cli: Callable, monkeypatch: pytest.MonkeyPatch) -> Callable:
    """Runs a command as it is typed, with no protocol named that a user did not name."""
    monkeypatch.setitem(cli.__globals__, "on_nb201", lambda *words: words)
    return cli


@pytest.mark.usefixtures("installed")
@pytest.mark.parametrize(("words", "meant"), MISTAKES.items(), ids=MISTAKES)
def test_a_likely_mistake_ends_in_one_line_that_says_what_was_meant(
    words: str, meant: str, command_line: Callable, tmp_path: Path
) -> None:
    answer = command_line(*words.split())
    assert answer.code == 2, answer
    assert answer.err.startswith("nasbench-suite: ") and answer.err.count("\n") == 1, answer.err
    assert meant in answer.err
    assert not list(tmp_path.rglob("*.parquet"))
