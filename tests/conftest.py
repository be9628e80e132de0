"""What holds for every test."""

import os

from hypothesis import settings

# How long an example takes says more of the machine than of us. A CI run judges the change: it takes the same examples
# each time, and what chance alone finds is looked for elsewhere, by the developer's runs and by the long campaigns.
settings.register_profile("signoff", deadline=None)
settings.register_profile("ci", deadline=None, derandomize=True)
settings.load_profile("ci" if os.environ.get("CI") else "signoff")
