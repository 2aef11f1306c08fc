"""What all tests share: property tests are bounded by examples, never by the machine's speed."""

from hypothesis import settings

settings.register_profile("datum", deadline=None)
settings.load_profile("datum")
