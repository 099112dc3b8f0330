#!/usr/bin/env bash
# The main commands, as the users of an installation type them: .ci/smoke.sh PYTHON
# Where the installation is without PyTorch, what needs it has to say so in a line, and to write nothing.
set -euo pipefail
python=$(cd "$(dirname "$1")" && pwd)/$(basename "$1")
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder" # outside the checkout
export NASBENCH_SUITE_HOME=$folder/home WANDB_MODE=offline MPLCONFIGDIR=$folder/matplotlib
unset PYTHONPATH

suite() {
    "$python" -m nasbench_suite "$@" >output 2>errors || { echo "nasbench-suite $*: failed"; tail -3 errors; exit 1; }
    if grep -q Traceback errors; then echo "nasbench-suite $*: a traceback"; cat errors; exit 1; fi
}

suite --version
suite
suite list
suite tables --verify
suite enumerate nb201
test "$(wc -l <output)" = 15625
arch=$(sed -n 9000p output)
suite query nb201 "$arch"
suite query nb201 "$arch" --dataset digits --json
suite completion bash
suite completion fish
suite run -m algorithm=random,rea,reinforce,bohb,tpe,nsga2 seeds=2 results=many tracking=disabled
suite run algorithm=local_search seeds=4 cores=2 results=one tracking=offline
job=$(echo one/nb201-*)
suite status many
suite report many --figure curves.pdf --at 20
suite report many --output many.html
suite dashboard many --output page.html
suite rerun "$job" results=again tracking=disabled
suite verify "$job"
suite export nb201_digits digits.csv.gz
suite export nb201_digits digits.parquet
suite import nb201 digits.csv.gz --name mine
suite run table=mine protocol=free dataset=digits fidelities='[[6,6]]' budget.evaluations=20 results=mine tracking=disabled
printf 'arch,latency [ms]\n%s,1.5\n' "$arch" >costs.csv
suite annotate mine costs.csv --dataset digits
suite distributions nb201_digits --dataset digits --bins 2 --output distributions.html
suite fetch

if ! "$python" -c 'import torch' 2>/dev/null; then
    for words in "run algorithm=darts1" "run evaluator=train" "build name=nets" "score table=nb201_digits architectures=2"; do
        # shellcheck disable=SC2086 # words are several
        if (cd "$(mktemp -d -p "$folder")" && "$python" -m nasbench_suite $words results=none >"$folder/output" 2>"$folder/errors"); then
            echo "nasbench-suite $words: expected it to need PyTorch"; exit 1
        fi
        grep -q '^nasbench-suite: .*pip install "nasbench-suite\[torch\]"$' errors && test "$(wc -l <errors)" = 1
    done
    test -z "$(find . -name none)"
fi
echo "$("$python" --version): $("$python" -m nasbench_suite --version) works"
