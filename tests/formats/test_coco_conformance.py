"""Every card of the COCO family keeps what it claims."""

from datum.testing.formats import FormatSuite
from datum_formats.coco import (
    CAPTIONS,
    COCO,
    IMAGE_INFO,
    INSTANCES,
    LABELS,
    PANOPTIC,
    PERSON_KEYPOINTS,
    STUFF,
)


class TestCoco(FormatSuite):
    format = COCO


class TestInstances(FormatSuite):
    format = INSTANCES


class TestPersonKeypoints(FormatSuite):
    format = PERSON_KEYPOINTS


class TestCaptions(FormatSuite):
    format = CAPTIONS


class TestLabels(FormatSuite):
    format = LABELS


class TestStuff(FormatSuite):
    format = STUFF


class TestPanoptic(FormatSuite):
    format = PANOPTIC


class TestImageInfo(FormatSuite):
    format = IMAGE_INFO
