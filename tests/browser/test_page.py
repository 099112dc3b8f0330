"""The page to explore, in Chromium."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.browser
DRAWN = "return [...arguments[0].querySelectorAll('svg path, canvas')].map(each => each.getAttribute('d')).join()"


@pytest.fixture
def choose(settle: Callable) -> Callable[[Any, str, str], None]:
    """Chooses from a list of a chart, and waits until it is drawn again."""
    from selenium.webdriver.support.ui import Select

    def chosen(figure: Any, name: str, value: str) -> None:
        Select(figure.find_element("name", name)).select_by_value(value)
        settle(figure)

    return chosen


def cells(browser: Any, selector: str) -> list[str]:
    return [each.text.strip() for each in browser.find_elements("css selector", selector) if each.is_displayed()]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1440])
def test_all_charts_are_drawn_without_a_word_on_the_console_and_nothing_is_loaded(
    browser: Any, show: Callable, page: Path, chart: Callable, width: int, scheme: str
) -> None:
    show(page, width, scheme)
    for name in ("time", "ends", "target", "spent", "supernets", "edges"):
        chart(name)
    assert browser.get_log("browser") == []
    assert len(browser.find_elements("css selector", '.plot[data-state="drawn"]')) == 6
    wide, there = browser.execute_script("return [document.documentElement.scrollWidth, innerWidth]")
    assert wide <= there == width
    said = [json.loads(entry["message"])["message"] for entry in browser.get_log("performance")]
    asked = {each["params"]["request"]["url"] for each in said if each["method"] == "Network.requestWillBeSent"}
    assert asked == {page.as_uri()}


def test_dark_is_dark_and_the_button_has_the_last_word(
    browser: Any, show: Callable, page: Path, settle: Callable, chart: Callable
) -> None:
    back = "return getComputedStyle(document.body).backgroundColor"
    show(page, 1440, "dark")
    assert browser.execute_script(back) == "rgb(15, 20, 26)"
    browser.find_element("css selector", ".scheme").click()
    settle(chart("time"))
    assert browser.execute_script(back) == "rgb(255, 255, 255)"


def test_a_click_on_a_column_sorts_and_says_so(browser: Any, show: Callable, page: Path) -> None:
    show(page, 1440)
    header = browser.find_element("css selector", ".results thead tr:last-child th:nth-child(3)")
    for order in ("descending", "ascending"):
        header.find_element("css selector", "button").click()
        values = [float(text.split()[0]) for text in cells(browser, ".results tbody td:nth-child(3)")]
        assert values == sorted(values, reverse=order == "descending")
        assert header.get_attribute("aria-sort") == order
        assert order in browser.find_element("css selector", ".status").text


def test_a_filter_hides_rows_and_their_curves(
    browser: Any, show: Callable, page: Path, settle: Callable, chart: Callable
) -> None:
    show(page, 1440)
    browser.find_element("name", "filter").send_keys("rea")
    settle(chart("time"))
    assert cells(browser, ".results tbody th a") == ["rea"]
    assert browser.find_element("css selector", ".status").text.startswith("1 of 6 rows; 1 drawn")
    assert cells(browser, '[data-chart="time"] .legend li') == ["1 rea"]


def test_a_box_takes_a_curve_out_by_keyboard(
    browser: Any, show: Callable, page: Path, settle: Callable, chart: Callable
) -> None:
    from selenium.webdriver.common.keys import Keys

    show(page, 1440)
    browser.find_element("css selector", ".results tbody input").send_keys(Keys.SPACE)
    settle(chart("time"))
    assert len(cells(browser, '[data-chart="time"] .legend li')) == 5
    browser.find_element("name", "none").click()
    assert "No configuration is chosen" in chart("ends").text


def test_the_legend_of_the_supernets_has_those_that_train_one(
    browser: Any, show: Callable, page: Path, chart: Callable
) -> None:
    show(page, 1440)
    browser.execute_script("arguments[0].scrollIntoView()", chart("supernets"))
    assert [name.split()[-1] for name in cells(browser, '[data-chart="supernets"] .legend li')] == ["darts1"]


@pytest.mark.parametrize(
    ("name", "control", "value"),
    [
        ("time", "quantity", "regret"), ("time", "quantity", "rank"), ("time", "split", "valid"),
        ("time", "unit", "evaluations"), ("time", "scale", "linear"), ("ends", "as", "box"), ("ends", "as", "ecdf"),
        ("ends", "split", "valid"), ("target", "unit", "evaluations"), ("spent", "spent", "seconds"),
        ("supernets", "metric", "validation loss"),
    ],
)  # fmt: skip
def test_what_is_chosen_is_drawn(
    browser: Any, show: Callable, page: Path, chart: Callable, choose: Callable, name: str, control: str, value: str
) -> None:
    show(page, 1440)
    browser.find_element("name", "filter").send_keys("r")
    figure = chart(name)
    before = browser.execute_script(DRAWN, figure)
    choose(figure, control, value)
    assert browser.execute_script(DRAWN, figure) != before
    assert browser.get_log("browser") == []


def test_zooming_moves_both_ends_and_back(
    browser: Any, show: Callable, page: Path, chart: Callable, settle: Callable
) -> None:
    show(page, 1440)
    figure = chart("time")
    view = figure.find_element("css selector", ".view")
    whole, seen = view.text, set()
    for name in ("in", "earlier", "later"):
        figure.find_element("name", name).click()
        settle(figure)
        seen.add(view.text)
    assert len(seen) >= 2 and whole not in seen
    figure.find_element("name", "reset").click()
    settle(figure)
    assert view.text == whole


def test_a_pointer_over_a_curve_shows_its_value(browser: Any, show: Callable, page: Path, chart: Callable) -> None:
    from selenium.webdriver import ActionChains
    from selenium.webdriver.support.ui import WebDriverWait

    show(page, 1440)
    plot = chart("time").find_element("css selector", ".plot svg")
    browser.execute_script("arguments[0].scrollIntoView({block: 'center'})", plot)
    for across in (0, 40):  # the first move finds the nearest point, the second shows what it says
        ActionChains(browser).move_to_element_with_offset(plot, across, -60).perform()
    tooltip = WebDriverWait(browser, 20).until(lambda _: browser.find_element("id", "vg-tooltip-element"))
    WebDriverWait(browser, 20).until(lambda _: "test accuracy" in tooltip.text)
    assert "configuration" in tooltip.text


def test_a_target_is_chosen_by_keyboard(browser: Any, show: Callable, page: Path, chart: Callable) -> None:
    from selenium.webdriver.common.keys import Keys

    show(page, 1440)
    figure = chart("target")
    before = figure.find_element("css selector", ".reached").text
    figure.find_element("name", "target").send_keys(Keys.HOME)
    assert figure.find_element("css selector", ".reached").text != before
    assert figure.find_element("css selector", "output").text.endswith("%")


def test_a_link_to_a_configuration_opens_it(browser: Any, show: Callable, page: Path) -> None:
    show(page, 390)
    browser.find_element("css selector", ".results tbody a").click()
    assert browser.find_element("css selector", "details:target").get_attribute("open")


def test_every_control_has_a_name(browser: Any, show: Callable, page: Path) -> None:
    show(page, 1440)
    for each in browser.find_elements("css selector", "button, select, input, figure, .scroll"):
        if each.is_displayed():
            assert each.accessible_name, each.get_attribute("outerHTML")
