"""Reading the pickles that image data sets are published as, without letting them run anything."""

import io
import pickle
from typing import Any

import numpy as np

from nasbench_suite.errors import DatasetError

# an array of numbers in protocol 2, under the names of every numpy; nothing else is in the official files
_ALLOWED = {
    ("numpy", "dtype"): np.dtype,
    ("numpy", "ndarray"): np.ndarray,
    ("numpy.core.multiarray", "_reconstruct"): np.empty(0).__reduce__()[0],
    ("numpy._core.multiarray", "_reconstruct"): np.empty(0).__reduce__()[0],
}


class _Unpickler(pickle.Unpickler):
    def find_class(self, module: str, name: str) -> Any:
        try:
            return _ALLOWED[module, name]
        except KeyError:
            raise pickle.UnpicklingError(f"{module}.{name} is not allowed") from None


def unpickle(content: bytes, source: str) -> dict[bytes, Any]:
    """Reads a pickled dictionary of arrays, lists, numbers and text; text written by Python 2 comes as bytes.

    Args:
        content: of the file.
        source: its name, for the message.

    Raises:
        DatasetError: it is no such pickle, or it asks for anything that an array does not need.
    """
    try:
        value = _Unpickler(io.BytesIO(content), encoding="bytes").load()
    except Exception as error:  # a damaged pickle can raise nearly anything
        raise DatasetError(
            f"{source}: expected a pickled dictionary of arrays, got {error}; download it again"
        ) from error
    if not isinstance(value, dict):
        raise DatasetError(f"{source}: expected a pickled dictionary, got a {type(value).__name__}; download it again")
    return {key.encode() if isinstance(key, str) else key: item for key, item in value.items()}
