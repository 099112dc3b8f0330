"""Reading downloaded pickles without running them, and without holding them whole: every pickle that is read here.

Python's own unpickler calls what the file tells it to call, and allocates what the file tells it to allocate.
This one is a small pickle machine that builds dicts, lists, tuples, sets, strings and numbers, stands in for
the few classes that the benchmarks' files name, and refuses everything else. It calls nothing that a file
names and imports nothing. Arrays of plain numbers, as image data sets are published in, are read by `arrays`.
"""

from nasbench_suite.unpickle.classes import CLASSES, OPAQUE
from nasbench_suite.unpickle.machine import Unpickler

__all__ = ["CLASSES", "OPAQUE", "Unpickler"]
