"""Known as `nasbench_suite.spaces`; the folder lives at the root so that people find it."""

if __name__ != "nasbench_suite.spaces":
    raise ImportError(f"import nasbench_suite.spaces, not {__name__}")
