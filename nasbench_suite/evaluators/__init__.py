"""Who answers proposals and judges what was found: a table, real training, or nobody."""
