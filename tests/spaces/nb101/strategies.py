"""What Hypothesis draws for the tests of this space."""

from hypothesis import strategies as st

from nasbench_suite.spaces.nb101.cell import Cell, edge_bit


@st.composite
def drawn_cells(draw: st.DrawFn) -> Cell:
    """Cells of any shape, with and without a path."""
    vertices = draw(st.integers(2, 7))
    edges = draw(st.integers(0, (1 << edge_bit(0, vertices)) - 1))
    return Cell(vertices, edges, draw(st.integers(0, 3 ** (vertices - 2) - 1)))
