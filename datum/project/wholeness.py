"""Whether a commit that no ref leads to can still be had, or was partly deleted as garbage.

Commits and other small objects travel in the operation log and stay there for ever. So a commit that
garbage collection gave up can still be read when what it is about is gone.
"""

from datum.errors import CorruptObjectError, ObjectNotFoundError, ProjectError
from datum.objects.ids import ObjectId
from datum.project.reach import reachable
from datum.project.session import Session
from datum.refs.commits import walk
from datum.refs.tags import peel

__all__ = ["refuse_collected"]


def refuse_collected(session: Session, oid: ObjectId, what: str = "") -> None:
    """Raise if something of a commit (or tag) was deleted as garbage.

    What refs lead to never is, so nothing but commits is read in the usual cases.

    Args:
        session: The project.
        oid: The commit.
        what: What it is to the user: ``where `datum commit` was``.

    Raises:
        ProjectError: Something was.
    """
    session.learn()
    if session.store.has(oid) and (_has_a_ref(session, oid) or not _was_collected(session)):
        return
    try:
        for _ in reachable(session.store, [oid]):
            """Everything can be read."""
    except (ObjectNotFoundError, CorruptObjectError) as error:
        place = f", {what}," if what else ""
        raise ProjectError(
            f"commit {oid.hex()[:8]}{place} is no longer whole in the store",
            hint="`datum gc` deletes what no ref has led to for some days",
        ) from error


def _has_a_ref(session: Session, oid: ObjectId) -> bool:
    starts = session.refs.all().values()
    if oid in starts:
        return True
    peeled = {peel(session.store, start) for start in starts}
    commits = [start for start in peeled if start is not None]
    return any(found == oid for found, _ in walk(session.store, commits))


def _was_collected(session: Session) -> bool:
    """Whether garbage was ever collected: that alone makes records that move no ref."""
    return any(not record.moves for record in session.log.backward())
