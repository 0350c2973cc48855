"""For all tests: what Hypothesis checks holds however busy the machine is, and is the same at each run of CI."""

import os

from hypothesis import settings

settings.register_profile("jiejing", deadline=None, derandomize="CI" in os.environ)
settings.load_profile("jiejing")

# What a command prints is asserted in English, whatever the language of this machine is.
os.environ["JIEJING_LANGUAGE"] = "en"
