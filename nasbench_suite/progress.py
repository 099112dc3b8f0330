"""Progress bars: shown on a terminal after two seconds, silent elsewhere."""

from types import TracebackType
from typing import Never, Self

from tqdm import tqdm


class Progress:
    """A progress bar on standard error."""

    def __init__(self, label: str, total: float, unit: str = "it") -> None:
        """
        Args:
            label: what is going on.
            total: units to be done.
            unit: its name; `B` is shown with binary prefixes.
        """
        # disable=None: silent where standard error is no terminal
        self._bar: tqdm[Never] = tqdm(
            total=total,
            desc=label,
            unit=unit,
            unit_scale=unit == "B",
            unit_divisor=1024,
            delay=2,
            disable=None,
        )

    def advance(self, amount: float = 1) -> None:
        """Notes that so many more units are done."""
        self._bar.update(amount)

    def start_at(self, amount: float) -> None:
        """Notes what was done before, so that it does not count in the rate."""
        self._bar.initial = amount
        self._bar.reset()
        # which counts from nothing, whatever `initial` says; and an update by so much would be taken for speed
        self._bar.n = self._bar.last_print_n = amount

    def skip(self, amount: float) -> None:
        """Notes that so many more units were done before, so that they do not count in the rate."""
        self.start_at(self._bar.n + amount)

    def note(self, text: str) -> None:
        """Shows a short text behind the rate."""
        self._bar.set_postfix_str(text, refresh=False)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._bar.close()
