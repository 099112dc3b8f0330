"""Known as `nasbench_suite.spaces`; the folder lives at the root so that people find it."""

if __name__ != "nasbench_suite.spaces":
    raise ImportError(f"import nasbench_suite.spaces, not {__name__}")

# Found by name without a look at the installed packages, which costs more than opening a table. Third parties
# register theirs as entry points of the group `nasbench_suite.spaces`.
SPACES = {
    "nb101": "nasbench_suite.spaces.nb101:NB101",
    "nb201": "nasbench_suite.spaces.nb201:NB201",
}
