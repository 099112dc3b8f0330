"""A sweep as a whole: what it plans, how far each job is, and Hydra's launchers, which carry it out."""
