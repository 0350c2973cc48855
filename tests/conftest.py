"""For all tests: what Hypothesis checks holds however busy the machine is."""

from hypothesis import settings

settings.register_profile("jiejing", deadline=None)
settings.load_profile("jiejing")
