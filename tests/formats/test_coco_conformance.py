"""Every card of the COCO family keeps what it claims."""

from datum.testing.formats import FormatSuite
from datum_formats.coco import (
    CAPTIONS,
    COCO,
    IMAGE_INFO,
    INSTANCES,
    LABELS,
    LVIS,
    OBJECTS365,
    PANOPTIC,
    PERSON_KEYPOINTS,
    ROBOFLOW,
    STUFF,
)


class TestCoco(FormatSuite):
    format = COCO


class TestInstances(FormatSuite):
    format = INSTANCES
    damages = 30


class TestPersonKeypoints(FormatSuite):
    format = PERSON_KEYPOINTS
    damages = 30


class TestCaptions(FormatSuite):
    format = CAPTIONS
    damages = 30


class TestLabels(FormatSuite):
    format = LABELS
    damages = 30


class TestStuff(FormatSuite):
    format = STUFF
    damages = 30


class TestPanoptic(FormatSuite):
    format = PANOPTIC
    damages = 30


class TestImageInfo(FormatSuite):
    format = IMAGE_INFO
    damages = 30


class TestRoboflow(FormatSuite):
    format = ROBOFLOW
    damages = 30


class TestLvis(FormatSuite):
    format = LVIS
    damages = 30


class TestObjects365(FormatSuite):
    format = OBJECTS365
    damages = 30
