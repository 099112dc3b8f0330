"""How the parts of the pickle machine say that a file is not what it should be."""


class DamageError(Exception):
    """What is wrong, in words; the machine adds the file and the byte and raises SourceError."""
