"""Progress bars: shown on a terminal after two seconds, silent elsewhere."""

from __future__ import annotations

import os
import sys
import threading
from types import TracebackType
from typing import TYPE_CHECKING, NamedTuple, Never, Self

if TYPE_CHECKING:
    from multiprocessing.sharedctypes import SynchronizedArray

    from tqdm import tqdm


_SHOWN_AFTER = 2.0
_BAR = (
    "{{desc}}: {{percentage:3.0f}}%|{{bar}}| {{n:.{}f}}/{{total:.0f}} {{unit}}s [{{elapsed}}<{{remaining}}{{postfix}}]"
)
# by unit; of a seed and a training parts are done too. A rate, which the others have, leaves no room for what is noted
_FORMATS = {"seed": _BAR.format(2), "training": _BAR.format(2), "step": _BAR.format(0)}


class TrainingProgress(NamedTuple):
    """How far a training is.

    Attributes:
        epochs: done, of all its trials.
        total: all of its epochs.
        seconds: since it began, on its device's clock.
    """

    epochs: int
    total: int
    seconds: float


class Progress:
    """A progress bar on standard error. Its clock moves every second, however long the next step takes."""

    def __init__(self, label: str, total: float, unit: str = "it") -> None:
        """
        Args:
            label: what is going on.
            total: units to be done.
            unit: its name; `B` is shown with binary prefixes, and of a `seed` or a `training` parts are done too.
        """
        self._bar: tqdm[Never] | None = None
        if sys.stderr.isatty():
            from tqdm import tqdm  # a start that shows nothing does without

            self._bar = tqdm(
                total=total,
                desc=label,
                unit=unit,
                unit_scale=unit == "B",
                unit_divisor=1024,
                bar_format=_FORMATS.get(unit),
                ncols=_columns(),
                nrows=24,
                delay=_SHOWN_AFTER,
                miniters=0,  # parts differ in size
                disable=False,
            )
            self._ended = threading.Event()
            self._ticking = threading.Thread(target=self._tick, args=(self._bar,), daemon=True)
            self._ticking.start()

    def _tick(self, bar: tqdm[Never]) -> None:
        pause = _SHOWN_AFTER
        while not self._ended.wait(pause):
            bar.delay = 0  # as it is drawn now, its end is a line of its own
            bar.refresh()
            pause = 1.0

    @property
    def shown(self) -> bool:
        """Whether anybody can see it."""
        return self._bar is not None

    def advance(self, amount: float = 1) -> None:
        """Notes that so many more units are done."""
        if self._bar is not None and amount:  # an update by nothing would be time that what follows did not take
            self._bar.update(amount)

    def expect(self, total: float | None) -> None:
        """Notes how many units are to be done, now that it is known; None where it is not."""
        if self._bar is not None:
            self._bar.total = total

    def start_at(self, amount: float) -> None:
        """Notes what was done before, so that it does not count in the rate."""
        if self._bar is not None:
            # an update by so much would be taken for speed, and a reset draws at once
            self._bar.initial = self._bar.n = self._bar.last_print_n = amount

    def skip(self, amount: float) -> None:
        """Notes that so many more units were done before, so that they do not count in the rate."""
        if self._bar is not None:
            self.start_at(self._bar.n + amount)

    def note(self, text: str) -> None:
        """Shows a short text behind the rate."""
        if self._bar is not None:
            self._bar.set_postfix_str(text, refresh=False)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._bar is not None:
            self._ended.set()
            self._ticking.join()
            self._bar.close()


class SharedProgress(Progress):
    """In a worker process: what it advances by is added to what all workers have done, and another process shows it."""

    def __init__(self, done: SynchronizedArray[float]) -> None:
        """
        Args:
            done: by all of them, in units: now, and before, which does not count in the rate.
        """
        self._bar, self._done = None, done

    @property
    def shown(self) -> bool:
        """Somebody can see it."""
        return True

    def advance(self, amount: float = 1) -> None:
        """Notes that so many more units are done."""
        with self._done.get_lock():
            self._done[0] += amount

    def skip(self, amount: float) -> None:
        """Notes that so many more units were done before."""
        with self._done.get_lock():
            self._done[1] += amount


def _columns() -> int:
    """Returns the terminal's width; 80 where the terminal does not know it."""
    named = os.environ.get("COLUMNS", "")
    try:
        return (int(named) if named.isdecimal() else 0) or os.get_terminal_size(sys.stderr.fileno()).columns or 80
    except (OSError, ValueError):
        return 80
