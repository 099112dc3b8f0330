"""The peers' APIs under their own names, on our tables: `nasbench`, `nas_201_api`, `nats_bench`, `nni`."""
