"""Arrays of plain numbers in a pickle: as NumPy 1 and 2 write them, under Python 2 and 3.

A file says of what type and shape an array is, and brings its bytes. These are compared before anything is made, and
the array reads the bytes that came: nothing is allocated by a file's word, no memory is left as it was found, and
there is no way to name an object, a field or an offset.

    >>> import pickle
    >>> images = np.arange(6, dtype=np.uint8).reshape(2, 3)
    >>> load_arrays(pickle.dumps({"data": images, "labels": [3, 5]}, protocol=2), "batch")
    {b'data': array([[0, 1, 2],
           [3, 4, 5]], dtype=uint8), b'labels': [3, 5]}
"""

import io
import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from nasbench_suite.errors import SourceError
from nasbench_suite.unpickle.classes import CLASSES, Array, Dtype, Global
from nasbench_suite.unpickle.damage import DamageError
from nasbench_suite.unpickle.machine import Unpickler

_DIMENSIONS: Final = 8


def load_arrays(content: bytes, name: str) -> dict[bytes, Any]:
    """Reads a pickled dictionary of arrays, lists, numbers and text, such as the image data sets are published in.

    Args:
        content: of the file.
        name: the file, for messages.

    Returns:
        The dictionary; its keys are bytes, as in files written by Python 2, whose text stays bytes, too.

    Raises:
        SourceError: it is no such pickle, is damaged, or asks for anything that an array does not need.
    """
    value = Unpickler(io.BytesIO(content).read, name, ARRAYS, holds=len(content)).load()
    if not isinstance(value, dict):
        raise SourceError(f"{name}: expected a pickled dictionary, got a {type(value).__name__}; download it again")
    return {key.encode() if isinstance(key, str) else key: item for key, item in value.items()}


def _make(data: object, dtype: object, shape: object, order: str) -> NDArray[Any]:
    if not isinstance(dtype, Dtype) or not isinstance(data, bytes):
        raise DamageError("an array of other things than plain numbers")
    if not isinstance(shape, tuple) or len(shape) > _DIMENSIONS or any(type(n) is not int or n < 0 for n in shape):
        raise DamageError("an array without a shape")
    kind = np.dtype(dtype.order + dtype.code)
    if len(data) != math.prod(shape) * kind.itemsize:
        raise DamageError(f"an array of shape {shape!r:.80} with {len(data)} bytes")
    # an empty buffer cannot be read as an array
    return np.frombuffer(data, kind).reshape(shape, order=order) if data else np.zeros(shape, kind)  # type: ignore[call-overload]


def _reconstruct(args: Sequence[Any]) -> object:
    """How protocols 0 to 4 begin an array; its state follows."""
    if len(args) != 3 or not isinstance(args[0], Global) or args[0].name != "numpy.ndarray":
        raise DamageError("an array of another class than numpy.ndarray")
    return Array(_from_state)


def _from_state(state: object) -> NDArray[Any]:
    if not isinstance(state, tuple) or len(state) != 5 or type(state[3]) not in (bool, int):
        raise DamageError("an array with an unknown state")
    _, shape, dtype, fortran, data = state
    return _make(data, dtype, shape, "F" if fortran else "C")


def _frombuffer(args: Sequence[Any]) -> object:
    """How protocol 5 writes an array."""
    if len(args) not in (4, 5) or args[3] not in ("C", "F") or args[4:] not in ((), (None,)):
        raise DamageError("an array in an unknown order")
    return _make(*args[:4])


def _class_alone(args: Sequence[Any]) -> object:
    raise DamageError("a call of numpy.ndarray, which could be given any memory")


def _empty_bytes(args: Sequence[Any]) -> object:
    if args:
        raise DamageError("bytes made of something")
    return b""


ARRAYS: Final[Mapping[str, Callable[[Sequence[Any]], object]]] = {
    **{name: CLASSES[name] for name in ("_codecs.encode", "numpy.dtype", "collections.OrderedDict")},
    **{
        f"numpy.{core}.{name}": build
        for core in ("core", "_core")
        for name, build in {
            "multiarray.scalar": CLASSES["numpy.core.multiarray.scalar"],
            "multiarray._reconstruct": _reconstruct,
            "numeric._frombuffer": _frombuffer,
        }.items()
    },
    "numpy.ndarray": _class_alone,
    "__builtin__.bytes": _empty_bytes,
    "builtins.bytes": _empty_bytes,
}
"""What a pickle of arrays needs: names, and how to make their stand-ins."""
