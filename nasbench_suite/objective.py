"""What a search learns of an evaluation: validation accuracy, or, by name only, test accuracy."""

from typing import Literal

Objective = Literal["valid_accuracy", "test_error"]

# what a report says of searches that saw test scores
TOLD_TEST_SCORES = (
    "objectives=test_error: these searches saw TEST scores, for the table has no validation figures; what they "
    "found is optimistic, and not comparable with searches that saw validation scores"
)
