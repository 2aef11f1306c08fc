"""Times as people type them in ``main@{…}``."""

import re
from datetime import UTC, datetime, timedelta

__all__ = ["parse_time"]

_DATE = re.compile(
    r"(?P<year>\d{4})-(?P<month>\d\d)-(?P<day>\d\d)"
    r"(?:[ T](?P<hour>\d\d):(?P<minute>\d\d)(?::(?P<second>\d\d))?)?"
    r"(?: ?(?P<zone>Z|[+-]\d\d:?\d\d))?",
    re.ASCII,
)
_AGO = re.compile(r"(\d{1,6})[ .](second|minute|hour|day|week)s?[ .]ago", re.ASCII)
_NAMED = {"now": timedelta(), "today": timedelta(), "yesterday": timedelta(days=1)}
_CLOCK = ("hour", "minute", "second")


def parse_time(text: str, *, now: datetime | None = None) -> int | None:
    """A time in Unix seconds; None for text that says no time.

    Understood are ``2026-01-31``, ``2026-01-31 12:30`` (or with ``T``, with seconds, with ``Z`` or
    ``+02:00`` at the end), ``now``, ``today``, ``yesterday`` and ``3 days ago`` (seconds, minutes,
    hours, days, weeks; dots for spaces). As in Git, a day without a time of day is that day at
    the present time of day, so ``today`` is now and ``yesterday`` 24 hours ago.

    Args:
        text: What was typed.
        now: The present, with its time zone, which is that of texts without one; the clock and the
            zone of this machine if absent.
    """
    text = text.strip()
    present = datetime.now(UTC).astimezone() if now is None else now
    try:
        if text.lower() in _NAMED:
            return int((present - _NAMED[text.lower()]).timestamp())
        ago = _AGO.fullmatch(text.lower())
        if ago:
            return int((present - timedelta(**{f"{ago[2]}s": int(ago[1])})).timestamp())
        date = _DATE.fullmatch(text)
        return None if date is None else _moment(date, present, own_zone=now is None)
    except (ValueError, OverflowError):  # there is no 31 February, and no day before the year 1
        return None


def _moment(date: re.Match[str], present: datetime, *, own_zone: bool) -> int:
    """The time that a match says."""
    moment = present.replace(
        year=int(date["year"]), month=int(date["month"]), day=int(date["day"]), microsecond=0
    )
    if date["hour"]:
        hour, minute, second = (int(date[name] or 0) for name in _CLOCK)
        moment = moment.replace(hour=hour, minute=minute, second=second)
    if date["zone"]:
        moment = moment.replace(tzinfo=datetime.strptime(date["zone"], "%z").tzinfo)
    elif own_zone:  # what the zone was on that day, summer or winter
        moment = moment.replace(tzinfo=None).astimezone()
    return int(moment.timestamp())
