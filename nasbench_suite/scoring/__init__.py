"""Zero-cost scores of many architectures: a plan, the folder of what is finished, and the columns that come of it."""
