"""Known as `nasbench_suite.algorithms`; the folder lives at the root so that people find it."""

if __name__ != "nasbench_suite.algorithms":
    raise ImportError(f"import nasbench_suite.algorithms, not {__name__}")
