"""The API of google-research/nasbench: `from nasbench_suite.compat.nasbench import api`."""
