from collections import namedtuple
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from nasbench_suite.compat.nni import query_nds_trial_stats
from nasbench_suite.errors import ArchitectureError
from nasbench_suite.registry.spaces import find_space
from nasbench_suite.spaces.nds import FAMILIES
from performance.generators import nds_archive

GENOTYPE: Any = namedtuple("Genotype", "normal normal_concat reduce reduce_concat")
CELLS = ("NASNet", "Amoeba", "PNAS", "ENAS", "DARTS")
OPTIM = {"base_lr": 0.1, "wd": 0.0005, "max_ep": 100}
WORDS = "depth={depth} width={width} aux={aux:d} drop={drop_prob!r} lr=0.1 wd=0.0005"


def net(family: str, seed: int = 0) -> dict[str, Any]:
    rng = np.random.default_rng(seed)
    make = nds_archive.cell_net if family in CELLS else nds_archive.stage_net
    return make(rng, family, False)


@pytest.mark.parametrize("family", sorted(FAMILIES))
def test_a_published_job_is_the_network(family: str) -> None:
    space = FAMILIES[family]()
    for seed in range(10):
        job = {"net": net(family, seed), "optim": OPTIM, "job_id": 3}
        arch = space.from_source(job["net"], OPTIM)
        assert space.parse_as(job) == (arch, "nds")
        assert space.parse_as(str(job)) == (arch, "nds")
        assert space.parse_as(space.format(arch)) == (arch, "text")


@pytest.mark.parametrize("family", CELLS)
def test_a_genotype_is_two_cells_and_needs_what_else_was_sampled(family: str) -> None:
    space, published = FAMILIES[family](), net(family)
    arch = space.from_source(published, OPTIM)
    cells = {name: [tuple(edge) if isinstance(edge, list) else edge for edge in edges]
             for name, edges in published["genotype"].items()}  # fmt: skip
    genotype = GENOTYPE(**cells)
    words = WORDS.format(**published)
    assert space.parse_as(f"{genotype} {words}") == (arch, "genotype")
    named = {"depth": published["depth"], "width": published["width"], "aux": published["aux"]}
    settings = {"drop": published["drop_prob"], "lr": 0.1, "wd": 0.0005}
    assert space.parse_as({"genotype": genotype, **named, **settings}).arch == arch
    for written in (genotype, str(genotype), f"{genotype} {words} colour=1", f"{genotype} depth=3"):
        with pytest.raises(ArchitectureError, match="two cells and no network"):
            space.parse_as(written)


def test_a_genotype_with_a_range_is_read() -> None:
    cell = [("sep_conv_3x3", 0), ("skip_connect", 1)] * 4
    text = f"Genotype(normal={cell}, normal_concat=range(2, 6), reduce={cell}, reduce_concat=range(2, 6))"
    arch = find_space("nds_darts").parse(f"{text} depth=20 width=36 aux=0 drop=0.0 lr=0.1 wd=0.0005")
    assert arch.genotype.normal.concat == (2, 3, 4, 5)
    with pytest.raises(ArchitectureError, match="nds_amoeba: normal: expected 5 nodes"):
        find_space("nds_amoeba").parse(f"{text} depth=20 width=36 aux=0 drop=0.0 lr=0.1 wd=0.0005")


def test_nnis_configs_are_those_of_its_database(data: Path) -> None:
    seen = set()
    for one in islice(query_nds_trial_stats(*[None] * 6, path=data / "nni" / "nds.db"), 60):
        config = one["config"]
        (family,) = [name for name in FAMILIES if name.lower() == config["proposer"]]
        space = FAMILIES[family]()
        parsed = space.parse_as({key: value for key, value in config.items() if key != "id"})
        assert parsed.form == "nni" and space.parse(space.format(parsed.arch)) == parsed.arch
        seen.add(family)
        with pytest.raises(ArchitectureError, match="expected a network of"):
            FAMILIES["ENAS" if family != "ENAS" else "PNAS"]().parse_as(config)
    assert len(seen) > 1


@pytest.mark.parametrize("more", ["[2, 3]", "normal=[]", "reduce_concat=[2]"])
def test_no_value_of_a_written_genotype_is_passed_over(more: str) -> None:
    cell = [("sep_conv_3x3", 0), ("skip_connect", 1)] * 4
    text = (
        f"Genotype({cell}, [2, 3, 4, 5], {cell}, [2, 3, 4, 5], {more}) depth=20 width=36 aux=0 drop=0.0 lr=0.1 wd=0.0"
    )
    with pytest.raises(ArchitectureError, match="Genotype: expected"):
        find_space("nds_darts").parse(text)
