"""Other people's optimizers on our tables, and our spaces in their terms: `pip install nasbench-suite[adapters]`."""
