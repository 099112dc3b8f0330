"""The peers' APIs under their own names, on our tables: `nasbench`, `nni`."""
