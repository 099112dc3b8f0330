from itertools import product
from types import ModuleType

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nasbench_suite.algorithms.density import Codes, DensitySampler, DensitySettings, KernelDensity, pick
from nasbench_suite.errors import ConfigError
from nasbench_suite.spaces.nb201 import NB201
from nasbench_suite.variables import Categorical

LEVELS = st.sampled_from(["seen", "bounded", "own"])
BOUNDED = st.sampled_from(["bounded", "own"])
ARCHS = list(product(range(5), repeat=6))


def density(rows: list[list[int]], choices: list[int], floor: float = 0.3, levels: str = "bounded") -> KernelDensity:
    return KernelDensity(np.array(rows), np.array(choices), floor, levels)  # type: ignore[arg-type]


@st.composite
def histories(draw: st.DrawFn) -> tuple[list[list[int]], list[int]]:
    choices = draw(st.lists(st.integers(1, 6), min_size=1, max_size=7))
    rows = st.tuples(*(st.integers(0, count - 1) for count in choices)).map(list)
    return draw(st.lists(rows, min_size=1, max_size=30)), choices


@settings(max_examples=300, deadline=None)
@given(history=histories(), floor=st.floats(1e-3, 1), levels=BOUNDED, seed=st.integers(0, 99))
def test_a_bounded_density_is_a_number_from_0_to_1_whatever_the_data(
    history: tuple[list[list[int]], list[int]], floor: float, levels: str, seed: int
) -> None:
    rows, choices = history
    model, rng = density(rows, choices, floor, levels), np.random.default_rng(seed)
    points = rng.integers(0, choices, size=(20, len(choices)))
    with np.errstate(all="raise"):
        found = model(points)
    assert np.isfinite(found).all() and (found >= 0).all() and (found <= 1 + 1e-12).all()
    drawn = model.sample(rng)
    assert all(0 <= code < count for code, count in zip(drawn, choices, strict=True))


@settings(max_examples=100, deadline=None)
@given(
    results=st.lists(
        st.tuples(st.integers(0, 15_624), st.floats(0, 100) | st.just(float("nan"))), min_size=0, max_size=40
    ),
    same=st.booleans(),
    levels=LEVELS,
)
def test_a_model_proposes_architectures_whatever_the_history(
    results: list[tuple[int, float]], same: bool, levels: str
) -> None:
    """Equal architectures, equal accuracies and diverged trainings included."""
    space, rng = NB201(), np.random.default_rng(0)
    sampler = DensitySampler(space, DensitySettings(4, 15, 0.3, levels))  # type: ignore[arg-type]
    for number, accuracy in results:
        sampler.add(ARCHS[0 if same else number], accuracy)
    assert sampler.ready == (len(results) >= 14)
    if sampler.ready:
        with np.errstate(all="raise"):
            assert space.parse(space.format(sampler.draw(rng)))


def make_history(seed: int, count: int, converged: bool) -> Codes:
    """Codes of six variables of five choices: any, or nearly all alike, with constant columns."""
    rng = np.random.default_rng(seed)
    if not converged:
        return rng.integers(0, 5, size=(count, 6))
    moves = rng.random((count, 6)) < [0.0, 0.02, 0.05, 0.2, 0.0, 0.5]
    return np.where(moves, rng.integers(0, 5, size=(count, 6)), rng.integers(0, 5, size=6))


@pytest.mark.parametrize("converged", [False, True])
@pytest.mark.parametrize("count", [7, 8, 14, 40, 130, 300])
@pytest.mark.parametrize("floor", [1e-3, 0.3, 1.0])
def test_the_density_of_levels_seen_is_the_published_one(
    count: int, converged: bool, floor: float, literal_density: ModuleType
) -> None:
    rows = make_history(count, count, converged)
    points = np.concatenate([np.random.default_rng(1).integers(0, 5, size=(20, 6)), rows[:5]])
    found = KernelDensity(rows, np.full(6, 5), floor, "seen")(points)
    h = literal_density.bandwidths(rows.tolist(), floor)
    expected = [literal_density.density(rows.tolist(), point, h) for point in points.tolist()]
    np.testing.assert_allclose(found, expected, rtol=1e-12, atol=1e-12)  # nan, inf and -inf in the same places
    if converged and floor < 1:
        assert not np.isfinite(found).all() and np.isfinite(found).any()


def test_few_points_make_bandwidths_beyond_1_and_densities_below_0(literal_density: ModuleType) -> None:
    rows = make_history(0, 14, converged=False)
    assert max(literal_density.bandwidths(rows.tolist(), 0.3)) > 1
    everywhere = np.array(list(product(range(5), repeat=6)))
    assert KernelDensity(rows, np.full(6, 5), 0.3, "seen")(everywhere).min() < 0


@settings(max_examples=300, deadline=None)
@given(
    candidates=st.lists(
        st.tuples(*[st.sampled_from([np.nan, np.inf, -np.inf, -1.0, 0.0, 1e-40, 0.25, 0.5])] * 2),
        min_size=1,
        max_size=6,
    )
)
def test_the_pick_is_the_published_one_whatever_the_densities(
    literal_density: ModuleType, candidates: list[tuple[float, float]]
) -> None:
    good, bad = np.array(candidates).T
    assert pick(good, bad) == literal_density.pick(good.tolist(), bad.tolist())


@pytest.mark.parametrize("converged", [False, True])
@pytest.mark.parametrize("count", [14, 30, 100, 300])
def test_the_same_candidates_give_the_published_pick(count: int, converged: bool, literal_density: ModuleType) -> None:
    space, codes = NB201(), [tuple(row) for row in make_history(count, count, converged).tolist()]
    losses = np.random.default_rng(2).integers(0, 10, size=count).astype(float)  # with ties
    sampler = DensitySampler(space, DensitySettings(8, 15, 0.3, "seen"))
    for row, loss in zip(codes, losses, strict=True):
        sampler.add(row, -loss)
    for seed in range(3):
        same, rng = np.random.default_rng(seed), np.random.default_rng(seed)
        picked = literal_density.propose(literal_density.split(codes, losses), [5] * 6, 8, 0.3, same)
        assert sampler.draw(rng) == (space.sample(same) if picked is None else picked)


def test_where_nothing_can_be_compared_a_random_architecture_is_drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    space = NB201()
    sampler = DensitySampler(space, DensitySettings(4, 15, 0.3, "seen"))
    for number in range(14):
        sampler.add(ARCHS[number], float(number))
    monkeypatch.setattr(KernelDensity, "__call__", lambda self, codes: np.full(len(codes), np.nan))
    monkeypatch.setattr(KernelDensity, "sample", lambda self, rng: [0] * 6)
    assert sampler.draw(np.random.default_rng(5)) == space.sample(np.random.default_rng(5))


def test_own_levels_share_a_bandwidth_among_all_others_of_the_variable() -> None:
    model = density([[2], [2]], [5], 0.2, "own")
    np.testing.assert_allclose(model(np.arange(5)[:, None]), [0.05, 0.05, 0.8, 0.05, 0.05])


def test_own_levels_make_a_density_that_sums_to_one_and_never_speaks_against_its_data() -> None:
    rows = [[0, 0], [4, 1], [0, 2], [4, 0]]
    model = density(rows, [5, 3], 0.3, "own")
    everything = np.array([[a, b] for a in range(5) for b in range(3)])
    assert model(everything).sum() == pytest.approx(1.0)
    lone = density([[0], [4], [0], [4]], [5], 0.3, "own")(np.arange(5)[:, None])
    assert lone[0] >= lone[1] - 1e-12  # the rule gives h = 1.5 here


def test_a_bandwidth_has_a_floor_and_a_wide_one_draws_uniformly() -> None:
    rng = np.random.default_rng(0)
    constant, wide = density([[1]] * 8, [5], 0.3), density([[0], [4]] * 4, [5], 0.3)
    stays = np.mean([constant.sample(rng) == [1] for _ in range(8000)])
    assert stays == pytest.approx(0.7 + 0.3 / 5, abs=0.02)
    drawn = np.bincount([wide.sample(rng)[0] for _ in range(8000)], minlength=5) / 8000
    np.testing.assert_allclose(drawn, 0.2, atol=0.02)


@pytest.mark.parametrize(("count", "good", "bad"), [(14, 7, 7), (20, 7, 13), (50, 7, 42), (100, 15, 85), (107, 16, 90)])
def test_good_and_bad_results_are_split_as_published(count: int, good: int, bad: int) -> None:
    sampler = DensitySampler(NB201(), DensitySettings(4, 15, 0.3, "seen"))
    # the better the larger the number; all architectures differ
    for number in range(count):
        sampler.add(ARCHS[number], float(number))
    better, worse = sampler._fit()
    ranked = [list(ARCHS[number]) for number in reversed(range(count))]
    assert better.data.tolist() == ranked[:good]
    assert worse.data.tolist() == ranked[good : good + bad]


def test_the_candidate_taken_is_the_one_least_like_the_bad_ones() -> None:
    space, rng = NB201(), np.random.default_rng(1)
    sampler = DensitySampler(space, DensitySettings(50, 15, 0.3, "own"))
    for number in range(60):
        arch = ARCHS[number * 260]
        sampler.add(arch, 100.0 - arch[0] * 10)
    firsts = [sampler.draw(rng)[0] for _ in range(40)]
    assert np.mean(firsts) < 0.5  # uniform draws have 2


class Unlikely(NB201):
    """Decodes only codes that begin with 3."""

    variables = (Categorical("first", ("a", "b", "c", "d")), *NB201.variables[1:])

    def decode(self, codes):  # type: ignore[no-untyped-def]
        return super().decode(codes if codes[0] == 3 else [9] * 6)


def test_candidates_that_are_no_architecture_are_redrawn() -> None:
    space, rng = Unlikely(), np.random.default_rng(0)
    sampler = DensitySampler(space, DensitySettings(4, 15, 0.3, "own"))
    for number in range(14):
        sampler.add((3, 0, 0, 0, number % 5, number % 3), float(number))
    assert {sampler.draw(rng)[0] for _ in range(20)} == {3}


@pytest.mark.parametrize(
    ("samples", "good", "floor", "levels"),
    [(0, 15, 0.3, "own"), (4, 0, 0.3, "own"), (4, 15, 0.0, "own"), (4, 15, 1.5, "own"), (4, 15, 0.3, "all")],
)
def test_settings_that_make_no_sense_are_refused(samples: int, good: int, floor: float, levels: str) -> None:
    with pytest.raises(ConfigError, match=r"density model|DensitySettings: levels"):
        DensitySettings(samples, good, floor, levels)  # type: ignore[arg-type]
