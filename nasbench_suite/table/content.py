"""The hash of what a table holds, whatever it was made from and wherever it lies."""

import hashlib

import lmdb

from nasbench_suite.table.metadata import Metadata


def content_hash(transaction: lmdb.Transaction, metadata: Metadata) -> str:
    """Returns the sha256 of the schema and of every value, keys in order."""
    digest = hashlib.sha256(metadata.schema())
    for key, value in transaction.cursor():
        digest.update(len(key).to_bytes(4, "little") + bytes(key) + len(value).to_bytes(8, "little"))
        digest.update(value)
    return digest.hexdigest()
