"""CVAT keeps what its card claims."""

from datum.testing.formats import FormatSuite
from datum_formats.cvat import CVAT


class TestCvat(FormatSuite):
    format = CVAT
