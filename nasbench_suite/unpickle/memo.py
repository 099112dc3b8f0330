"""The memo of a pickle, for files with a hundred million memoised strings.

A pickle may refer back to anything that it has memoised, and a pickler memoises every string. Kept as Python
objects these would need more memory than the file. But the strings of a benchmark are the same few thousand
again and again, so that an index costs four bytes: the number of its word. Containers are kept only until
their entry is complete: entries share words and classes, not containers.
"""

from array import array
from collections.abc import Sequence

from nasbench_suite.unpickle.classes import Array, Dtype, Global
from nasbench_suite.unpickle.damage import DamageError

_INDICES = 1 << 28
_GAP = 1 << 8
_CONTAINERS = 1 << 18
_WORDS = 1 << 20
_LETTERS = 1 << 26
_WORD = 1 << 16  # letters; a longer text is no word that comes again


class Memo:
    """What the indices of a pickle's memo stand for."""

    def __init__(self) -> None:
        self._numbers = array("I")
        # number 0: not a word, look among the containers
        self._words: list[object] = [None]
        self._number_of: dict[str, int] = {}
        self._letters = 0
        self._lasting: dict[int, object] = {}
        self._containers: dict[int, object] = {}

    def __len__(self) -> int:
        return len(self._numbers)

    def put(self, index: int, value: object) -> None:
        """Remembers a value; an index may be used again, and only the last use counts.

        An index is not a size: it may be a little beyond the last one, no more.

        Raises:
            DamageError: the index is further beyond, or there are more containers than an entry has.
        """
        if type(value) is str and len(value) <= _WORD:
            number = self._number(value)
        elif isinstance(value, Global | Dtype):
            number = self._new_number(value)
        else:
            number = 0
            self._containers[index] = value
            if len(self._containers) > _CONTAINERS:
                raise DamageError(f"an entry with more than {_CONTAINERS} memoised containers")
        numbers = self._numbers
        if index == len(numbers):
            self._check_size(1)
            numbers.append(number)
        elif index < len(numbers):
            numbers[index] = number
        elif index <= len(numbers) + _GAP:
            numbers.extend([0] * (index - len(numbers)))
            numbers.append(number)
        else:
            raise DamageError(f"memo index {index} after {len(numbers)}")

    def get(self, index: int) -> object:
        """Returns what was remembered.

        Raises:
            DamageError: nothing was, in this entry.
        """
        if index >= len(self._numbers):
            raise DamageError(f"memo index {index}, which was never written")
        number = self._numbers[index]
        if number:
            return self._words[number]
        if index not in self._containers:
            raise DamageError(f"memo index {index}, which is part of another entry")
        container = self._containers[index]
        if type(container) is Array and container.made is not None:
            return container.made  # it was remembered before its state came
        return container

    def numbers(self, words: Sequence[str]) -> "array[int]":
        """Returns the numbers of many words at once, for `put_numbers`."""
        return array("I", map(self._number, words))

    def put_numbers(self, start: int, numbers: "array[int]") -> None:
        """Remembers words, given as numbers, from an index that is not beyond the end."""
        self._check_size(len(numbers))
        self._numbers[start : start + len(numbers)] = numbers

    def begin_entries(self) -> None:
        """Says that entries follow: the containers so far stay."""
        self._lasting = dict(self._containers)

    def end_entry(self) -> None:
        """Forgets the containers of an entry."""
        self._containers = dict(self._lasting)

    def _number(self, word: str) -> int:
        number = self._number_of.get(word)
        if number is None:
            self._letters += len(word)
            if self._letters > _LETTERS:
                raise DamageError("more different strings than a benchmark has")
            number = self._number_of[word] = self._new_number(word)
        return number

    def _new_number(self, value: object) -> int:
        if len(self._words) > _WORDS:
            raise DamageError("more different strings than a benchmark has")
        self._words.append(value)
        return len(self._words) - 1

    def _check_size(self, more: int) -> None:
        if len(self._numbers) + more > _INDICES:
            raise DamageError(f"more than {_INDICES} memoised values")
