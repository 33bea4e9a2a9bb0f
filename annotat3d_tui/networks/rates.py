"""The learning rate over the steps.

>>> [round(rate_at("polynomial", 1.0, step, 10), 3) for step in (0, 5, 9)]
[1.0, 0.536, 0.126]
>>> [round(rate_at("cosine", 1.0, step, 10), 3) for step in (0, 5, 9)]
[1.0, 0.5, 0.024]
"""

import math

SCHEDULES = ("polynomial", "constant", "cosine")
POWER = 0.9
"""As nnU-Net has it, https://doi.org/10.1038/s41592-020-01008-z."""


def rate_at(schedule: str, rate: float, step: int, steps: int) -> float:
    """The rate of a step (from 0) of so many: it begins with `rate` and falls, unless it is constant."""
    share = step / steps
    if schedule == "polynomial":
        return float(rate * (1 - share) ** POWER)
    if schedule == "cosine":
        return rate * (1 + math.cos(math.pi * share)) / 2
    return rate
