"""Where chance begins in tests that draw: CI judges every change by the same draws, everybody else looks elsewhere."""

import os
import random

SEED = int(os.environ.get("SIGNOFF_SEED", "0")) or (
    1 if "CI" in os.environ else random.SystemRandom().randrange(1, 10**9)
)
AGAIN = f"again with SIGNOFF_SEED={SEED}"
