"""Times as people type them."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from datum.refs.times import parse_time

NOW = datetime(2026, 3, 10, 14, 30, 15, 999_999, tzinfo=timezone(timedelta(hours=2)))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("now", "2026-03-10T14:30:15+02:00"),
        ("today", "2026-03-10T14:30:15+02:00"),
        ("Yesterday", "2026-03-09T14:30:15+02:00"),
        ("2026-01-31", "2026-01-31T14:30:15+02:00"),
        ("2026-01-31 12:30", "2026-01-31T12:30:00+02:00"),
        (" 2026-01-31T12:30:45 ", "2026-01-31T12:30:45+02:00"),
        ("2026-01-31 12:30 Z", "2026-01-31T12:30:00+00:00"),
        ("2026-01-31 12:30:01-0530", "2026-01-31T12:30:01-05:30"),
        ("2026-01-31 12:30+01:00", "2026-01-31T12:30:00+01:00"),
        ("3 days ago", "2026-03-07T14:30:15+02:00"),
        ("1.week.ago", "2026-03-03T14:30:15+02:00"),
        ("90 minutes ago", "2026-03-10T13:00:15+02:00"),
        ("1 hour ago", "2026-03-10T13:30:15+02:00"),
        ("15 seconds ago", "2026-03-10T14:30:00+02:00"),
    ],
)
def test_times(text, expected):
    """A time without a zone is in that of now, a day without a time at the time of now."""
    assert parse_time(text, now=NOW) == int(datetime.fromisoformat(expected).timestamp())


@pytest.mark.parametrize(
    "text",
    [
        "",
        "1",
        "2026-02-30",
        "2026-13-01",
        "2026-01-31 25:00",
        "2026-01-31 12:30 CET",
        "2026-1-31",
        "0000-01-01",
        "٢٠٢٦-01-31",
        "tomorrow",
        "days ago",
        "999999 weeks ago",
    ],
)
def test_no_times(text):
    """Days that no calendar has and other words are no times."""
    assert parse_time(text, now=NOW) is None


def test_the_zone_of_this_machine():
    """Without a given present, texts are in the zone of this machine, as it was on that day."""
    for month in (1, 7):
        here = datetime(2026, month, 5, 12, 30).astimezone()
        assert parse_time(f"2026-0{month}-05 12:30") == int(here.timestamp())
    assert abs((parse_time("now") or 0) - datetime.now(UTC).timestamp()) < 60


@given(st.text())
def test_any_text(text):
    """Whatever the text, it is a time or None."""
    assert isinstance(parse_time(text, now=NOW), int | None)
