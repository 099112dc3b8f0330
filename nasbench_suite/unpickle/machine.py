"""A pickle machine that executes nothing, holds one entry at a time, and knows when a file asks for too much.

It understands the opcodes that protocols 0 to 5 write for plain values; text that Python 2 wrote comes as bytes. What a
hostile file could exhaust is bounded: bytes, containers and depth between two entries, memoised values, distinct
strings. Dict keys are strings, integers of at most 64 bits and pairs of them, so that hashing neither recurses nor
collides.
"""

import struct
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Final

from nasbench_suite.errors import SourceError
from nasbench_suite.unpickle import bulk, text
from nasbench_suite.unpickle.buffer import Buffer, Read
from nasbench_suite.unpickle.classes import CLASSES, OPAQUE, Array, Dtype, Global, Opaque, check_key
from nasbench_suite.unpickle.damage import DamageError
from nasbench_suite.unpickle.memo import Memo

# between two entries; an entry of NAS-Bench-201 has 200 containers, with parameters 20,000
_ENTRY_CONTAINERS: Final = 1 << 18
_DEPTH: Final = 64
_NAME: Final = 256

_I32 = struct.Struct("<i").unpack_from
_U16 = struct.Struct("<H").unpack_from
_U32 = struct.Struct("<I").unpack_from
_F64 = struct.Struct(">d").unpack_from


class Unpickler(Buffer):
    """Reads the pickles of one stream, one after another."""

    def __init__(
        self,
        read: Read,
        name: str,
        classes: Mapping[str, Callable[[Sequence[Any]], object]] = CLASSES,
        *,
        in_bulk: bool = True,
        holds: int | None = None,
    ) -> None:
        """
        Args:
            read: returns up to that many bytes, and none only at the end.
            name: the file, for error messages.
            classes: stand-ins by the names that a file may use; any other name is refused.
            in_bulk: whether runs of numbers are read at once, which is ten times as fast and gives the same.
            holds: how many bytes the file has, where its arrays are wanted; None: what is longer than a number is left
                aside.
        """
        super().__init__(read, holds)
        self._name = name
        self._classes = classes
        self._in_bulk = in_bulk
        self.head: dict[Any, Any] = {}
        self._begin(None)

    def load(self) -> object:
        """Returns the next pickle's value.

        Raises:
            SourceError: the pickle is damaged, cut short, asks for too much, or names an unknown class.
        """
        self._begin(None)
        for _ in self._run():
            pass
        return self._stack.pop()

    def entries(self, key: str) -> Iterator[tuple[Any, Any]]:
        """Yields the items of the dict that the next pickle, a dict of several, has under `key`, one by one.

        The values that come before are in `head` from the first item on. Afterwards it is the whole dict,
        but for the items.

        Raises:
            SourceError: as `load` does; and where the pickle is no dict.
        """
        self._begin(key)
        yield from self._run()
        if not isinstance(self._stack[-1], dict):
            raise SourceError(f"{self._name}: expected a pickled dict")
        self.head = self._stack.pop()
        if isinstance(items := self.head.get(key), dict) and items:
            # protocol 0 completes the inner dict before it says whose it is, and there are few
            self.head[key] = {}
            yield from items.items()

    def at_end(self) -> bool:
        """Whether nothing follows. Reading on to the end is what makes a compressed file check its sums."""
        return self._at >= len(self._buffer) and not self._more()

    # The machine

    def _begin(self, key: str | None) -> None:
        self._stack: list[Any] = []
        self._marks: list[int] = []
        self._memo = Memo()
        self._bulk = bulk.Bulk()
        self._key = key
        # while entries are read: how many marks there are between two entries, and their dict
        self._level = 0
        self._entry: tuple[Any, Any] | None = None
        self.head = {}
        self._begin_entry()

    def _begin_entry(self) -> None:
        self._begin_piece()
        self._containers = 0

    def _run(self) -> Iterator[tuple[Any, Any]]:
        handlers = _HANDLERS
        try:
            while True:
                if self._at >= self._safe:
                    self._fill()
                opcode = self._buffer[self._at]
                self._at += 1
                if handlers[opcode](self):
                    if self._entry is None:
                        break
                    entry, self._entry = self._entry, None
                    self._memo.end_entry()
                    self._begin_entry()
                    yield entry
            if len(self._stack) != 1 or self._marks:
                raise DamageError("a pickle that ends with loose values")
        except KeyError:
            raise self._error(f"opcode {opcode:#04x}, which these files do not use") from None
        except DamageError as damage:
            raise self._error(str(damage)) from None
        except (ArithmeticError, IndexError, TypeError, ValueError, struct.error):
            raise self._error("an opcode that does not fit what came before it, or the end of the file") from None

    def _error(self, came: str) -> SourceError:
        return SourceError(
            f"{self._name}: expected a complete pickle, found {came} (byte {self._offset + self._at}); "
            "download the file again"
        )

    def _new(self, container: object) -> None:
        self._containers += 1
        if self._containers > _ENTRY_CONTAINERS:
            raise DamageError(f"an entry with more than {_ENTRY_CONTAINERS} containers")
        self._stack.append(container)

    def _pop_mark(self) -> list[Any]:
        mark = self._marks.pop()
        items = self._stack[mark:]
        del self._stack[mark:]
        return items

    def _pop_two(self) -> tuple[Any, Any]:
        second = self._stack.pop()
        return self._stack.pop(), second

    # Entries

    def _complete(self) -> bool:
        """Whether an entry's key and value are complete, now that another key or the dict's end comes."""
        if len(self._marks) != self._level or len(self._stack) != self._marks[-1] + 2:
            return False
        self._entry = (self._stack[-2], self._stack[-1])
        del self._stack[-2:]
        return True

    def _is_entries_dict(self, depth: int) -> bool:
        """Whether what is `depth` below the top of the stack is the dict whose items are wanted."""
        stack = self._stack
        return (
            len(self._marks) == 1
            and len(stack) >= depth + 2
            and type(stack[-depth - 1]) is dict
            and type(stack[-depth - 2]) is str
            and stack[-depth - 2] == self._key
        )

    def _begin_entries(self) -> None:
        mark = self._marks[0]
        head = self._stack[mark:-1]
        self.head = dict(zip(head[::2], head[1::2], strict=False))
        self._memo.begin_entries()

    # Opcodes: nothing is returned, or True when an entry or the pickle is complete

    def _on_proto(self) -> None:
        if self._byte() > 5:
            raise DamageError("a pickle of a later protocol than 5")

    def _on_frame(self) -> None:
        self._at += 8

    def _on_stop(self) -> bool:
        return True

    def _on_mark(self) -> None:
        if len(self._marks) >= _DEPTH:
            raise DamageError(f"more than {_DEPTH} levels of nesting")
        if self._key is not None and self._is_entries_dict(0):
            self._begin_entries()
            self._level = 2
        self._marks.append(len(self._stack))

    def _on_pop(self) -> None:
        self._stack.pop()

    def _on_none(self) -> None:
        self._stack.append(None)

    def _on_true(self) -> None:
        self._stack.append(True)

    def _on_false(self) -> None:
        self._stack.append(False)

    # An integer may be the next entry's key. If it is, the opcode is read again after the entry was yielded.

    def _on_binint1(self) -> bool | None:
        if self._level and self._complete():
            self._at -= 1
            return True
        if self._in_bulk and (run := self._bulk.numbers(self._buffer, self._at - 1)):
            self._at += run.size - 1
            self._stack += run.items
        else:
            self._stack.append(self._byte())
        return None

    def _on_binint2(self) -> bool | None:
        if self._level and self._complete():
            self._at -= 1
            return True
        self._at += 2
        self._stack.append(_U16(self._buffer, self._at - 2)[0])
        return None

    def _on_binint(self) -> bool | None:
        if self._level and self._complete():
            self._at -= 1
            return True
        self._at += 4
        self._stack.append(_I32(self._buffer, self._at - 4)[0])
        return None

    def _on_long1(self) -> None:
        size = self._byte()
        if size > 8:
            raise DamageError(f"an integer of {size} bytes")
        self._stack.append(int.from_bytes(self._take(size), "little", signed=True))

    def _on_binfloat(self) -> None:
        self._at += 8
        self._stack.append(_F64(self._buffer, self._at - 8)[0])

    def _text(self, size: int) -> None:
        self._stack.append(str(self._take(size), "utf-8", "surrogatepass"))

    def _on_short_binunicode(self) -> None:
        if not (self._in_bulk and self._named_numbers(self._buffer[self._at], 1)):
            self._text(self._byte())

    def _on_binunicode(self) -> None:
        if not (self._in_bulk and self._named_numbers(int(_U32(self._buffer, self._at)[0]), 4)):
            self._text(self._u32())

    def _on_binunicode8(self) -> None:
        self._text(self._u64())

    def _named_numbers(self, letters: int, width: int) -> bool:
        """Reads a run of memoised names, each with a number; returns whether there was one."""
        run = self._bulk.named_numbers(self._buffer, self._at - 1, letters, width, self._memo)
        if run is None:
            return False
        self._at += run.size - 1
        self._stack += run.items
        return True

    # What protocols 0 and 1 write, and Python 2

    def _on_int(self) -> None:
        self._stack.append(text.whole_or_flag(self._line()))

    def _on_long(self) -> None:
        self._stack.append(text.whole(self._line()))

    def _on_float(self) -> None:
        self._stack.append(text.number(self._line()))

    def _on_unicode(self) -> None:
        self._stack.append(str(self._long_line(), "raw-unicode-escape", "surrogatepass"))

    def _on_string(self) -> None:
        found = text.quoted(self._long_line())
        self._stack.append(OPAQUE if len(found) > self._longest_kept else found)

    def _on_binstring(self) -> None:
        self._bytes(self._u32())

    def _on_short_binstring(self) -> None:
        self._bytes(self._byte())

    def _on_dict(self) -> None:
        items = self._pop_mark()
        self._new({})
        _set_items(self._stack[-1], items)

    def _on_list(self) -> None:
        self._new(self._pop_mark())

    def _on_put(self) -> None:
        self._memo.put(text.whole(self._line(), 0), self._stack[-1])

    def _on_get(self) -> None:
        self._stack.append(self._memo.get(text.whole(self._line(), 0)))

    def _bytes(self, size: int) -> None:
        if size > self._longest_kept:
            self._skip(size)
            self._stack.append(OPAQUE)
        else:
            self._stack.append(self._take(size))

    def _on_short_binbytes(self) -> None:
        self._bytes(self._byte())

    def _on_binbytes(self) -> None:
        self._bytes(self._u32())

    def _on_binbytes8(self) -> None:
        self._bytes(self._u64())

    def _on_bytearray8(self) -> None:
        self._bytes(self._u64())

    def _on_empty_dict(self) -> None:
        self._new({})

    def _on_empty_list(self) -> None:
        self._new([])

    def _on_empty_set(self) -> None:
        self._new(set())

    def _on_empty_tuple(self) -> None:
        self._stack.append(())

    def _on_tuple(self) -> None:
        self._new(tuple(self._pop_mark()))

    def _tuple(self, size: int) -> None:
        if len(self._stack) < size:
            raise DamageError("a tuple of missing values")
        items = tuple(self._stack[-size:])
        del self._stack[-size:]
        self._new(items)

    def _on_tuple1(self) -> None:
        self._tuple(1)

    def _on_tuple2(self) -> None:
        self._tuple(2)

    def _on_tuple3(self) -> None:
        self._tuple(3)

    def _on_append(self) -> None:
        target, item = self._pop_two()
        self._stack.append(target)
        self._expect(list).append(item)

    def _on_appends(self) -> None:
        items = self._pop_mark()
        self._expect(list).extend(items)

    def _on_additems(self) -> None:
        items = self._pop_mark()
        if any(type(item) is not int for item in items):
            raise DamageError("a set of other things than integers")
        self._expect(set).update(items)

    def _on_setitem(self) -> bool | None:
        if self._key is not None and self._is_entries_dict(2):
            self._begin_entries_unmarked()
            return True
        key, value = self._pop_two()
        _set_items(self._expect(dict), [key, value])
        return None

    def _begin_entries_unmarked(self) -> None:
        """A dict's last item comes alone where its items do not fill batches of a thousand."""
        self._entry = self._pop_two()
        if not self._level:
            self._begin_entries()

    def _on_setitems(self) -> bool | None:
        if self._level and self._complete():
            self._at -= 1
            return True
        items = self._pop_mark()
        if len(self._marks) < self._level:
            self._level = 0
        _set_items(self._expect(dict), items)
        return None

    def _expect(self, kind: type) -> Any:
        if type(self._stack[-1]) is not kind:
            raise DamageError(f"items for a {kind.__name__} that is something else")
        return self._stack[-1]

    def _on_global(self) -> None:
        module = self._line().decode()
        self._global(module, self._line().decode())

    def _on_stack_global(self) -> None:
        module, name = self._pop_two()
        if type(module) is not str or type(name) is not str or len(module) + len(name) > _NAME:
            raise DamageError("a class without a name")
        self._global(module, name)

    def _global(self, module: str, name: str) -> None:
        full = f"{module}.{name}"
        if full not in self._classes:
            raise SourceError(
                f"{self._name}: names {full!r}, which a file of this format does not need; nothing was run. "
                "Do not trust this file"
            )
        self._new(Global(full, self._classes[full]))

    def _on_reduce(self) -> None:
        made, args = self._pop_two()
        if type(made) is not Global or type(args) is not tuple:
            raise DamageError("a call of something that is no class")
        self._new(made.build(args))

    def _on_build(self) -> None:
        target, state = self._pop_two()
        if type(target) is Array:
            target = target.set_state(state)
        elif type(target) is Dtype:
            target.set_state(state)
        elif type(target) not in (dict, Opaque):
            raise DamageError("a state for something that has none")
        self._stack.append(target)

    def _on_binpersid(self) -> None:
        self._stack.append(self._persistent(self._stack.pop()))

    def _persistent(self, named: object) -> object:
        """What stands for something that a file keeps outside its pickle: a network's parameters, left aside here."""
        return OPAQUE

    def _on_binput(self) -> None:
        self._memo.put(self._byte(), self._stack[-1])

    def _on_long_binput(self) -> None:
        self._memo.put(self._u32(), self._stack[-1])

    def _on_memoize(self) -> None:
        self._memo.put(len(self._memo), self._stack[-1])

    def _on_binget(self) -> None:
        self._stack.append(self._memo.get(self._byte()))

    def _on_long_binget(self) -> None:
        self._stack.append(self._memo.get(self._u32()))


def _set_items(target: dict[Any, Any], items: list[Any]) -> None:
    keys = items[::2]
    if len(items) % 2:
        raise DamageError("a dict key without a value")
    if not set(map(type, keys)) <= {str, bytes, int}:
        for key in keys:
            check_key(key)
    target.update(zip(keys, items[1::2], strict=True))


_HANDLERS: Final[Mapping[int, Callable[[Unpickler], bool | None]]] = {
    ord(opcode): getattr(Unpickler, "_on_" + name)
    for opcode, name in {
        "\x80": "proto", "\x95": "frame", ".": "stop", "(": "mark", "0": "pop",
        "N": "none", "\x88": "true", "\x89": "false",
        "K": "binint1", "M": "binint2", "J": "binint", "\x8a": "long1", "G": "binfloat",
        "\x8c": "short_binunicode", "X": "binunicode", "\x8d": "binunicode8",
        "C": "short_binbytes", "B": "binbytes", "\x8e": "binbytes8",
        "}": "empty_dict", "]": "empty_list", "\x8f": "empty_set", ")": "empty_tuple",
        "t": "tuple", "\x85": "tuple1", "\x86": "tuple2", "\x87": "tuple3",
        "a": "append", "e": "appends", "\x90": "additems", "s": "setitem", "u": "setitems",
        "c": "global", "\x93": "stack_global", "R": "reduce", "b": "build", "Q": "binpersid",
        "q": "binput", "r": "long_binput", "\x94": "memoize", "h": "binget", "j": "long_binget",
        "I": "int", "L": "long", "F": "float", "V": "unicode", "S": "string", "T": "binstring",
        "U": "short_binstring", "d": "dict", "l": "list", "p": "put", "g": "get", "\x96": "bytearray8",
    }.items()
}  # fmt: skip
