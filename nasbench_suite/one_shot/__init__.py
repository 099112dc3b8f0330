"""Weight sharing: one-shot algorithms on a supernet, a network that contains every architecture of its space.

Loading this package loads no torch; its modules do.
"""
