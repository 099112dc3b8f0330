"""The modules of nasbench's `lib` that scripts import."""
