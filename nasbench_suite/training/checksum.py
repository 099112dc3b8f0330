"""A checksum of the images that a training saw, so that results from different sources are told apart."""

import hashlib

from nasbench_suite.training.images import Images


def data_checksum(*parts: Images | None) -> str:
    """SHA-256 over the pixels and labels of the parts, in order, in hexadecimal."""
    digest = hashlib.sha256()
    for part in parts:
        if part is None:
            digest.update(b"none")
        else:
            digest.update(repr(tuple(part.pixels.shape)).encode())
            digest.update(part.pixels.contiguous().numpy().data)
            digest.update(part.labels.contiguous().numpy().data)
    return digest.hexdigest()
