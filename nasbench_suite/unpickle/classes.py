"""What stands in for the classes that the official files name: plain values, built without the classes.

A stand-in takes the arguments that the file would have called the class with. Nothing of numpy or torch runs.
"""

import struct
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from nasbench_suite.unpickle.damage import DamageError

# numpy's type codes and struct's
_SCALARS = {
    "f8": "d", "f4": "f", "f2": "e", "b1": "?",
    "i8": "q", "i4": "i", "i2": "h", "i1": "b",
    "u8": "Q", "u4": "I", "u2": "H", "u1": "B",
}  # fmt: skip


class Opaque:
    """Something left aside: a network's parameters, a storage, a device."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "OPAQUE"


OPAQUE: Final = Opaque()


class Global:
    """A class that a file names, by its stand-in."""

    __slots__ = ("build", "name")

    def __init__(self, name: str, build: Callable[[Sequence[Any]], object]) -> None:
        self.name = name
        self.build = build


class Dtype:
    """numpy's description of a number; the byte order comes with the state."""

    __slots__ = ("code", "order")

    def __init__(self, code: str) -> None:
        self.code = code
        self.order = "<"

    def set_state(self, state: object) -> None:
        """Takes what follows a pickled dtype: version, byte order, and nothing more for plain numbers.

        What else numpy would take here (a subarray, names, fields with their offsets, a size) is what lets a file place
        objects over bytes of its choice.

        Raises:
            DamageError: the state is of something else than plain numbers.
        """
        if not isinstance(state, tuple) or len(state) != 8 or state[2:] != (None, None, None, -1, -1, 0):
            raise DamageError("a numpy dtype of something else than plain numbers")
        order = _ascii(state[1])
        if order not in ("<", ">", "|", "="):
            raise DamageError("a numpy dtype in an unknown byte order")
        self.order = ">" if order == ">" else "<"


class Array:
    """An array whose state is still to come.

    Attributes:
        made: the array, once its state has come.
    """

    __slots__ = ("_from_state", "made")

    def __init__(self, from_state: Callable[[object], object]) -> None:
        self._from_state = from_state
        self.made: object = None

    def set_state(self, state: object) -> object:
        """Makes the array, once.

        Raises:
            DamageError: it has been made.
        """
        if self.made is not None:
            raise DamageError("an array with two states")
        self.made = self._from_state(state)
        return self.made


def _ascii(text: object) -> object:
    """Python 2 wrote names as bytes."""
    return text.decode("ascii", "replace") if isinstance(text, bytes) else text


def _ordered_dict(args: Sequence[Any]) -> object:
    """Empty, its items to follow; or with a list of pairs, as Python 2 wrote it."""
    if not args:
        return {}
    if len(args) != 1 or type(args[0]) is not list:
        raise DamageError("an OrderedDict of something else than a list of pairs")
    made: dict[Any, Any] = {}
    for pair in args[0]:
        if type(pair) not in (list, tuple) or len(pair) != 2:
            raise DamageError("an OrderedDict of something else than a list of pairs")
        check_key(pair[0])
        made[pair[0]] = pair[1]
    return made


def check_key(key: object) -> None:
    """Refuses what a dict of these files does not have as a key: hashing must neither recurse nor collide.

    Raises:
        DamageError: it is no string, integer or pair of them.
    """
    pair = type(key) is tuple and len(key) == 2 and type(key[0]) is str and type(key[1]) is int
    if type(key) not in (str, bytes, int) and not pair:
        raise DamageError("a dict key other than a string, an integer or a pair of them")


def _dtype(args: Sequence[Any]) -> object:
    code = _ascii(args[0]) if args else None
    if not isinstance(code, str) or code not in _SCALARS or any(type(one) not in (bool, int) for one in args[1:]):
        raise DamageError("a numpy dtype other than a plain number")
    return Dtype(code)


def _scalar(args: Sequence[Any]) -> object:
    if len(args) != 2 or not isinstance(args[0], Dtype) or not isinstance(args[1], bytes):
        raise DamageError("a numpy scalar without dtype and bytes")
    dtype, data = args
    return struct.unpack(dtype.order + _SCALARS[dtype.code], data)[0]


def _encode(args: Sequence[Any]) -> object:
    """How protocol 2 writes bytes: a string and the codec that turns it back."""
    if len(args) != 2 or not isinstance(args[0], str) or args[1] != "latin1":
        raise DamageError("bytes in another codec than latin1")
    return args[0].encode("latin1")


def _set(args: Sequence[Any]) -> object:
    if len(args) != 1 or not isinstance(args[0], list) or any(type(item) is not int for item in args[0]):
        raise DamageError("a set of other things than integers")
    return set(args[0])


def _opaque(args: Sequence[Any]) -> object:
    return OPAQUE


_STORAGES = ("Double", "Float", "Half", "BFloat16", "Long", "Int", "Short", "Char", "Byte", "Bool")

CLASSES: Final[Mapping[str, Callable[[Sequence[Any]], object]]] = {
    "collections.OrderedDict": _ordered_dict,
    "_codecs.encode": _encode,
    "__builtin__.set": _set,
    "builtins.set": _set,
    "numpy.dtype": _dtype,
    "numpy.core.multiarray.scalar": _scalar,
    "numpy._core.multiarray.scalar": _scalar,
    "torch._utils._rebuild_tensor": _opaque,
    "torch._utils._rebuild_tensor_v2": _opaque,
    "torch._utils._rebuild_parameter": _opaque,
    "torch.storage._load_from_bytes": _opaque,
    "torch.storage.TypedStorage": _opaque,
    "torch.storage.UntypedStorage": _opaque,
    **{f"torch.{kind}Storage": _opaque for kind in _STORAGES},
}
"""What the official NAS benchmark files need: their name and how to make their stand-in."""
