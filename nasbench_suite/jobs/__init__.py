"""One configuration under many seeds: from a checked configuration to a folder of results."""
