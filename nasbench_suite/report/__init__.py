"""From results folders to tables and figures. Needs no benchmark table: the judge's scores are in the folders."""
