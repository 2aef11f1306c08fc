"""What all tests share: how property tests run.

The same examples every time, so that a change is judged by what it changed; no deadline, so that a slow
machine fails nothing. ``--hypothesis-profile=search`` looks for new examples.
"""

from hypothesis import settings

settings.register_profile("datum", deadline=None, derandomize=True)
settings.register_profile("search", deadline=None)
settings.load_profile("datum")
