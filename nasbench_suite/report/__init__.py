"""From results folders to tables and figures. Needs no benchmark table: the judge's scores are in the folders.

`load` reads folders, `model.make_report` computes one model of them, `writers` and `figures` show it.
"""
