"""Revisions: what a person types to name a commit.

::

    revision = base [ "@{" which "}" ] { "~" [n] | "^" [n] }
    base     = "HEAD" | "@" | ref, full or bare | object id | at least 4 of its first digits
    which    = n, the value that many moves ago | a time, see ``times``

A name wins over the digits of an id, but not over a whole id. A bare name is looked for in all
namespaces; in more than one it is ambiguous. ``@{…}`` without a base is of the branch of HEAD.
"""

import re
from collections.abc import Iterable
from datetime import UTC, datetime
from difflib import get_close_matches
from typing import NoReturn

import msgspec

from datum.errors import RevisionError
from datum.objects.ids import ObjectId
from datum.objects.kinds import Kind
from datum.objects.store import FIND_LIMIT, ObjectReader
from datum.refs.commits import read_commit, walk
from datum.refs.head import Head
from datum.refs.names import HEAD, NAMESPACES, namespace, short_name
from datum.refs.refs import Refs
from datum.refs.tags import peel
from datum.refs.times import parse_time

__all__ = ["MIN_PREFIX", "find_ref", "resolve"]

MIN_PREFIX = 4
"""Fewer hexadecimal digits are not taken for an object id."""

_REVISION = re.compile(
    r"(?P<base>[^~^{}]*?)(?:@\{(?P<which>[^{}]*)\})?(?P<steps>(?:[~^][0-9]{0,9})*)"
)
_STEP = re.compile(r"([~^])(\d*)")
_HEX = re.compile(r"[0-9a-fA-F]+")
_SHOWN = 10
_HINT = "`datum branch` lists the branches, `datum log` the commits"


def resolve(
    text: str, *, reader: ObjectReader, refs: Refs, head: Head, now: datetime | None = None
) -> ObjectId:
    """The commit that a revision names; annotated tags are followed to theirs.

    Args:
        text: What was typed.
        reader: Where the commits are.
        refs: The names there are, and their history.
        head: Where the project stands.
        now: The present for ``@{yesterday}``, with its time zone; this machine's if absent.

    Raises:
        RevisionError: It names nothing, or several things, or something that is no commit.
        ObjectNotFoundError: The store lacks an object on the way.
    """
    if not text.isprintable():
        raise RevisionError(ascii(text)[1:-1], "holds a character that no name has", hint=_HINT)
    match = _REVISION.fullmatch(text)
    if match is None or not (match["base"] or match["which"] is not None):
        raise RevisionError(text, "is not of the form REF, REF~2, REF^2 or REF@{1}", hint=_HINT)
    search = _Search(text, reader, refs, head, now)
    if match["which"] is None:
        oid = search.named(match["base"])
    else:
        oid = search.earlier(match["base"], match["which"])
    commit = search.commit(oid)
    for sign, digits in _STEP.findall(match["steps"]):
        count = int(digits) if digits else 1
        commit = search.back(commit, count) if sign == "~" else search.parent(commit, count)
    return commit


def find_ref(name: str, refs: Iterable[str]) -> str | None:
    """The full name of the ref that *name*, full or bare, means; None for no ref.

    Raises:
        RevisionError: It is the bare name of several.
    """
    known = set(refs)
    if name in known:
        return name
    found = [ref for space in NAMESPACES if (ref := f"{space}/{name}") in known]
    if len(found) > 1:
        raise RevisionError(
            name, f"is ambiguous: {' and '.join(found)}", hint=f"type {' or '.join(found)}"
        )
    return found[0] if found else None


class _Search(msgspec.Struct, frozen=True):
    """One revision being looked up."""

    text: str
    reader: ObjectReader
    refs: Refs
    head: Head
    now: datetime | None

    def fail(self, reason: str, *, hint: str = _HINT) -> NoReturn:
        """Say why the revision names no commit."""
        raise RevisionError(self.text, reason, hint=hint)

    def named(self, base: str) -> ObjectId:
        """What a base stands for now."""
        if base in (HEAD, "@"):
            return self.current()
        whole = _HEX.fullmatch(base) and len(base) == 2 * self.reader.hasher.width
        if whole and self.reader.has(ObjectId(bytes.fromhex(base))):
            return ObjectId(bytes.fromhex(base))
        known = self.refs.all()
        ref = find_ref(base, known)
        if ref is not None:
            return known[ref]
        if len(base) >= MIN_PREFIX and _HEX.fullmatch(base):
            return self.by_prefix(base.lower(), known)
        return self.unknown(base, known)

    def current(self) -> ObjectId:
        """The commit of HEAD."""
        if self.head.ref is None:
            if self.head.oid is None:
                self.fail("names nothing: the project stands nowhere")
            return self.head.oid
        oid = self.refs.get(self.head.ref)
        if oid is None:
            self.fail(
                f"names no commit: {self.head.ref} has none yet", hint="`datum commit` makes one"
            )
        return oid

    def unknown(self, base: str, known: Iterable[str]) -> NoReturn:
        """Say what may have been meant."""
        names = sorted({HEAD, *known, *(short_name(ref) for ref in known)})
        close = get_close_matches(base, names, n=3, cutoff=0.6)
        self.fail(f"is unknown; did you mean {' or '.join(close)}?" if close else "is unknown")

    def by_prefix(self, prefix: str, known: dict[str, ObjectId]) -> ObjectId:
        """The one commit, or annotated tag, whose id begins with *prefix*."""
        found = self.reader.find(prefix)
        if len(found) < FIND_LIMIT:
            found = [oid for oid in found if self.reader.kind(oid) in (Kind.COMMIT, Kind.TAG)]
        else:  # so many objects of other kinds that the commit may be left out
            found = self.reachable(prefix, known)
        if len(found) > 1:
            shown = [oid.hex() for oid in found[:_SHOWN]] + ["…"] * (len(found) > _SHOWN)
            self.fail(f"is ambiguous: {', '.join(shown)}", hint="type more digits")
        return found[0] if found else self.unknown(prefix, known)

    def reachable(self, prefix: str, known: dict[str, ObjectId]) -> list[ObjectId]:
        """The commits and tags with that prefix that refs lead to."""
        digits = [oid for oid in known.values() if oid.hex().startswith(prefix)]
        starts = [commit for oid in known.values() if (commit := peel(self.reader, oid))]
        if self.head.oid is not None:
            starts.append(self.head.oid)
        commits = (oid for oid, _ in walk(self.reader, starts))
        return sorted({*digits, *(oid for oid in commits if oid.hex().startswith(prefix))})

    def earlier(self, base: str, which: str) -> ObjectId:
        """What a ref stood for before."""
        ref = self.ref_with_history(base)
        if re.fullmatch(r"[0-9]{1,9}", which):
            return self.by_count(ref, int(which))
        time = parse_time(which, now=self.now)
        if time is None:
            self.fail(
                f"has no number and no time in its braces: {which}",
                hint="type @{1}, @{2026-01-31}, @{2026-01-31 12:30}, @{yesterday} or @{3 days ago}",
            )
        return self.by_time(ref, time)

    def ref_with_history(self, base: str) -> str:
        """The full name of the ref whose history is asked for; it may have been deleted."""
        if base in ("", HEAD, "@"):
            if self.head.ref is None:
                self.fail("asks for the history of a branch, and HEAD is on none")
            return self.head.ref
        known = self.refs.all()
        ref = find_ref(base, known)
        if ref is None and namespace(base) in NAMESPACES and short_name(base):
            return base
        return self.unknown(base, known) if ref is None else ref

    def by_count(self, ref: str, count: int) -> ObjectId:
        """The value *count* moves ago."""
        moves = -1
        for moves, (_, _, new) in enumerate(self.refs.history(ref)):
            if moves == count:
                return self.existing(ref, new)
        if moves < 0:
            self.unknown(ref, self.refs.all())
        return self.fail(f"goes back too far: {ref} moved {_count(moves + 1, 'time')}")

    def by_time(self, ref: str, time: int) -> ObjectId:
        """The value after the last move that is not younger than *time*."""
        record = None
        for record, _, new in self.refs.history(ref):
            if record.time <= time:
                return self.existing(ref, new)
        if record is None:
            self.unknown(ref, self.refs.all())
        first = datetime.fromtimestamp(record.time, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
        return self.fail(f"goes back too far: {ref} is there since {first}")

    def existing(self, ref: str, oid: ObjectId | None) -> ObjectId:
        """The value, which must not be that the ref was deleted."""
        if oid is None:
            self.fail(f"names nothing: {ref} was deleted then")
        return oid

    def commit(self, oid: ObjectId) -> ObjectId:
        """The commit that an object is, or is a tag of."""
        commit = peel(self.reader, oid)
        if commit is None:
            kind = self.reader.kind(oid).name.lower()
            self.fail(f"names an object of kind {kind}, not a commit")
        return commit

    def back(self, oid: ObjectId, count: int) -> ObjectId:
        """The commit *count* first parents before."""
        for step in range(count):
            parents = read_commit(self.reader, oid).parents
            if not parents:
                self.fail(f"goes back too far: only {_count(step, 'commit')} before it")
            oid = parents[0]
        return oid

    def parent(self, oid: ObjectId, number: int) -> ObjectId:
        """The parent of that number, counted from 1; 0 is the commit itself."""
        if number == 0:
            return oid
        parents = read_commit(self.reader, oid).parents
        if number > len(parents):
            self.fail(f"asks for parent {number} of a commit that has {len(parents)}")
        return parents[number - 1]


def _count(number: int, what: str) -> str:
    return f"{number} {what}" if number == 1 else f"{number} {what}s"
