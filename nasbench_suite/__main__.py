"""`python -m nasbench_suite` is `nasbench-suite`."""

from nasbench_suite.cli import main

if __name__ == "__main__":
    main()
