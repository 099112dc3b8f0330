import numpy as np
import pytest

from nasbench_suite.report.band import mean_and_band


def test_the_band_is_1_96_standard_errors_on_each_side_of_the_mean() -> None:
    mean, low, high = mean_and_band(np.array([[81.0, 1.0], [85.0, 2.0], [80.0, 3.0]]))
    half = 1.96 * np.array([7.0, 1.0]) ** 0.5 / 3**0.5
    assert mean.tolist() == [82.0, 2.0]
    assert low == pytest.approx(mean - half) and high == pytest.approx(mean + half)


def test_a_search_without_a_value_is_left_out_of_that_place() -> None:
    nan = float("nan")
    mean, low, high = mean_and_band(np.array([[1.0, nan, nan], [3.0, 5.0, nan]]))
    assert mean[:2].tolist() == [2.0, 5.0] and low[1] == high[1] == 5.0  # over one search there is no band
    assert np.isnan([mean[2], low[2], high[2]]).all()
