"""A results folder whose every text tries to be more than text."""

from collections.abc import Callable
from pathlib import Path

import pytest

EVIL = (
    '<script>alert(1)</script>"><img src=x onerror=y>|a`b`![p](http://e)\n\n# h\r'
    "\\input{/etc/passwd}%$x$&_^~\x1b[31m{{ 7*7 }}"
)


@pytest.fixture
def evil(results: Callable, searches, scores) -> Path:
    names = {arch: f"{arch} {EVIL}" for arch in scores}
    rows = {seed: [(names[arch], *rest) for arch, *rest in search] for seed, search in searches.items()}
    by_arch = {names[arch]: {EVIL: pair["cifar10"], **pair} for arch, pair in scores.items()}
    texts = ("config_id", "space", "algorithm", "protocol", "label", "dataset", "table", "table_hash", "seconds_from")
    return results(
        "evil",
        rows,
        by_arch,
        config={"algorithm": {EVIL: EVIL}},
        settings=EVIL,
        objectives=[EVIL],
        trial=EVIL,
        best={EVIL: [95.0, 86.0]},
        **dict.fromkeys(texts, EVIL),
    )
