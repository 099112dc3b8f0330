"""What `import nasbench_suite as nbs` has besides classes: what is here, running a search, and loading results."""
