"""Known as `nasbench_suite.conf`; the folder lives at the root so that people find it."""

if __name__ != "nasbench_suite.conf":
    raise ImportError(f"import nasbench_suite.conf, not {__name__}")
