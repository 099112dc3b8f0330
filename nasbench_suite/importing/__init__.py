"""From somebody's file to a table: the contract of importers, what helps to write one, and the tidy CSV."""
