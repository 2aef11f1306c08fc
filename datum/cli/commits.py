"""Commits, ids and times as the commands print them."""

from datetime import UTC, datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from datum.diff.dataset_diff import DatasetDiff
    from datum.objects.ids import ObjectId
    from datum.project.session import Session
    from datum.refs.commits import Commit
    from datum.refs.record import Record

__all__ = ["commit_row", "moves_json", "moves_lines", "short", "stat_line", "title", "when"]

_DIGITS = 8


def short(oid: "ObjectId | None") -> str:
    """The first digits of an id; a dash for none."""
    return "-" if oid is None else oid.hex()[:_DIGITS]


def when(time: int, offset: int) -> str:
    """A moment where it was: ``2026-01-31 12:30 +0100``."""
    zone = timezone(timedelta(minutes=offset))
    return datetime.fromtimestamp(time, UTC).astimezone(zone).strftime("%Y-%m-%d %H:%M %z")


def title(message: str) -> str:
    """The first line of a message."""
    return message.partition("\n")[0]


def commit_row(oid: "ObjectId", commit: "Commit") -> dict[str, Any]:
    """A commit as JSON values."""
    from datum.project.inspecting import commit_json

    return {"commit": oid.hex(), **commit_json(commit), "date": when(commit.time, commit.offset)}


def stat_line(session: "Session", commit: "Commit") -> str:
    """What a commit changed, counted: ``items: 1 changed; annotations: 2 added, 1 changed``."""
    from datum.diff.compare import stat
    from datum.project.history import branch_parent, commit_diff

    diff = commit_diff(session, commit)
    if branch_parent(session, commit) is None:
        return f"items: {len(diff.new)} added; annotations: {diff.new.annotation_count} added"
    items, annotations = stat(iter(diff))
    counts = {"added": 0, "removed": 0, "changed": 0}
    for (_, _, status), count in annotations.items():
        counts[status] += count
    return f"items: {_counted(items)}; annotations: {_counted(counts)}{_labels(diff)}"


def _counted(counts: Any) -> str:
    parts = [f"{counts[one]} {one}" for one in ("added", "removed", "changed") if counts[one]]
    return ", ".join(parts) or "none changed"


def _labels(diff: "DatasetDiff") -> str:
    return "; labels changed" if diff.categories() else ""


def moves_lines(record: "Record") -> list[str]:
    """The moves of an operation: ``heads/main  12345678 → 9abcdef0``."""
    return [f"{move.ref}  {short(move.old)} → {short(move.new)}" for move in record.moves]


def moves_json(record: "Record") -> list[dict[str, str | None]]:
    """The moves of an operation as JSON values."""
    return [
        {
            "ref": move.ref,
            "old": None if move.old is None else move.old.hex(),
            "new": None if move.new is None else move.new.hex(),
        }
        for move in record.moves
    ]
