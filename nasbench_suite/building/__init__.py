"""Building a table: a plan of trainings, those who carry it out, and the merge of what they measured.

Only `plan` and `folder` load without torch.
"""
