"""Known as `nasbench_suite.experiments`; the folder lives at the root so that people find it."""

if __name__ != "nasbench_suite.experiments":
    raise ImportError(f"import nasbench_suite.experiments, not {__name__}")
