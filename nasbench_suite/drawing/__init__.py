"""Architectures as pictures: small self-contained SVG, whose colours of lines and titles are the page's own."""

from nasbench_suite.drawing.graph import Graph, Vertex, draw_graphs
from nasbench_suite.drawing.text_box import draw_text

__all__ = ["Graph", "Vertex", "draw_graphs", "draw_text"]
