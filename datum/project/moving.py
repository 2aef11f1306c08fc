"""Verbs that move refs: branch, switch, tag, reset, undo, redo."""

from datum.errors import ProjectError, UnknownNameError
from datum.losses import LossReport
from datum.objects.ids import ObjectId
from datum.project.copies import working_of_ref
from datum.project.session import Session
from datum.project.sources import follow_refs
from datum.project.wholeness import refuse_collected
from datum.project.working import (
    follow_branch,
    forget_working,
    rebind_working,
    refuse_edits,
)
from datum.refs.commits import is_ancestor
from datum.refs.head import Head
from datum.refs.names import full_name
from datum.refs.oplog import Record
from datum.refs.tags import Tag, write_tag
from datum.refs.undo import next_redo, next_undo

__all__ = [
    "create_branch",
    "create_tag",
    "delete_branch",
    "delete_ref",
    "detach",
    "redo",
    "rename_branch",
    "reset",
    "switch",
    "undo",
]

Reports = list[tuple[str, LossReport]]
"""Folder of a working copy that was brought up to date, and what its format could not keep."""


def create_branch(
    session: Session, name: str, start: str = "HEAD", *, force: bool = False
) -> ObjectId:
    """Make a branch at a revision.

    Raises:
        ProjectError: It is there already, and *force* is not given.
    """
    ref = full_name("heads", name)
    oid = _whole(session, start)
    if session.refs.get(ref) is not None and not force:
        raise ProjectError(f"there is a branch '{name}' already", hint=f"`datum switch {name}`")
    session.publish(None, {ref: oid})
    return oid


def _whole(session: Session, revision: str) -> ObjectId:
    """The commit that a revision names, with all that it needs still in the store."""
    oid = session.resolve(revision)
    refuse_collected(session, oid)
    return oid


def rename_branch(session: Session, old: str, new: str) -> None:
    """Give a branch another name; HEAD follows.

    Raises:
        UnknownNameError: There is no such branch.
        ProjectError: The new name is taken.
    """
    source, target = full_name("heads", old), full_name("heads", new)
    oid = _existing(session, "branch", source, old)
    if session.refs.get(target) is not None:
        raise ProjectError(f"there is a branch '{new}' already")
    session.publish(None, {source: None, target: oid}, expected={target: None})
    rebind_working(session, source, target)
    if session.head.ref == source:
        session.layout.write_head(Head.on(target))


def create_tag(
    session: Session, name: str, revision: str = "HEAD", *, message: str = "", force: bool = False
) -> ObjectId:
    """Make a tag at a revision; an annotated one where there is a message.

    Raises:
        ProjectError: It is there already, and *force* is not given.
    """
    ref = full_name("tags", name)
    target = _whole(session, revision)
    if session.refs.get(ref) is not None and not force:
        raise ProjectError(f"there is a tag '{name}' already", hint="tags stay; --force moves one")
    if not message:
        session.publish(None, {ref: target})
        return target
    writer = session.store.writer()
    moment, offset = session.now()
    tag = Tag(
        target=target,
        name=name,
        author=session.author,
        time=moment,
        offset=offset,
        message=message,
    )
    session.publish(writer, {ref: write_tag(writer, tag)})
    return target


def delete_ref(session: Session, kind: str, name: str) -> ObjectId:
    """Delete a branch, tag or derived dataset; `datum undo` brings it back.

    Args:
        session: The project.
        kind: ``branch``, ``tag`` or ``derived dataset``.
        name: Its name.

    Raises:
        UnknownNameError: There is none of that name.
        ProjectError: It is the branch that HEAD is on.
    """
    namespace = {"branch": "heads", "tag": "tags", "derived dataset": "derived"}[kind]
    ref = full_name(namespace, name)
    oid = _existing(session, kind, ref, name)
    if session.head.ref == ref:
        raise ProjectError(f"HEAD is on {name}", hint="switch to another branch first")
    session.publish(None, {ref: None})
    return oid


def delete_branch(session: Session, name: str, *, force: bool = False) -> ObjectId:
    """Delete a branch; `datum undo` brings it back.

    Raises:
        UnknownNameError: There is none of that name.
        ProjectError: HEAD is on it; or it has working copies, or commits that no other branch has,
            and *force* is not given.
    """
    ref = full_name("heads", name)
    oid = _existing(session, "branch", ref, name)
    copies = working_of_ref(session, ref)
    if copies and not force:
        raise ProjectError(
            f"branch '{name}' has the working copy {copies[0]}",
            hint=f"`datum checkout --forget {copies[0]}`, or `datum branch -D {name}`",
        )
    others = {other for one, other in session.refs.all("heads/").items() if one != ref}
    if session.head.oid is not None:
        others.add(session.head.oid)
    if not force and not any(is_ancestor(session.store, oid, other) for other in others):
        raise ProjectError(
            f"branch '{name}' has commits that no other branch has",
            hint=f"`datum branch -D {name}` deletes it all the same",
        )
    delete_ref(session, "branch", name)
    for copy in copies:
        forget_working(session, copy)
    return oid


def _existing(session: Session, kind: str, ref: str, name: str) -> ObjectId:
    oid = session.refs.get(ref)
    if oid is None:
        namespace = ref.partition("/")[0] + "/"
        known = [one.removeprefix(namespace) for one in session.refs.all(namespace)]
        raise UnknownNameError(kind, name, known)
    return oid


def switch(session: Session, name: str, *, create: str = "", force: bool = False) -> Reports:
    """Stand on another branch; working copies of the old one follow.

    Args:
        session: The project.
        name: The branch; where *create* is given, the revision that it starts at.
        create: Name of a branch to make.
        force: Throw away edits in working copies that were not committed.

    Raises:
        UnknownNameError: There is no such branch.
        ProjectError: A working copy has edits that were not committed.
    """
    if create:
        if session.head_commit() is None and name == "HEAD":
            session.layout.write_head(Head.on(full_name("heads", create)))
            return []
        create_branch(session, create, name)
        name = create
    ref = full_name("heads", name)
    head = session.head
    if head.ref != ref:
        _existing(session, "branch", ref, name)
    reports = follow_branch(session, head.ref, ref, force=force) if session.config.working else []
    session.layout.write_head(Head.on(ref))
    return reports


def detach(session: Session, revision: str) -> ObjectId:
    """Stand on a commit, on no branch; working copies stay on their branch."""
    oid = _whole(session, revision)
    session.layout.write_head(Head.at(oid))
    return oid


def reset(session: Session, revision: str, *, force: bool = False) -> tuple[ObjectId, Reports]:
    """Move the current branch to a revision; `datum undo` moves it back.

    Raises:
        ProjectError: HEAD is on no branch, or a working copy has edits.
    """
    head = session.head
    oid = _whole(session, revision)
    if head.ref is None:
        session.layout.write_head(Head.at(oid))
        return oid, []
    return oid, _move(session, head.ref, oid, force=force)


def _move(session: Session, ref: str, oid: ObjectId, *, force: bool) -> Reports:
    names = working_of_ref(session, ref)
    if not force:
        refuse_edits(session, names)
    session.publish(None, {ref: oid})
    return follow_branch(session, ref, ref, force=True) if names else []


def undo(session: Session) -> Record | None:
    """Take back the last operation; None where there is nothing to take back.

    Raises:
        RefMovedError: A ref was moved on by another operation since.
    """
    step = next_undo(session.log)
    if step is None:
        return None
    return _step(
        session, step.target, {m.ref: m.new for m in step.moves}, undoes=step.target.number
    )


def redo(session: Session) -> Record | None:
    """Do again what was undone last; None where there is nothing.

    Raises:
        RefMovedError: A ref was moved on by another operation since.
    """
    step = next_redo(session.log)
    if step is None:
        return None
    return _step(
        session, step.target, {m.ref: m.new for m in step.moves}, redoes=step.target.number
    )


def _step(
    session: Session,
    target: Record,
    moves: dict[str, ObjectId | None],
    *,
    undoes: int | None = None,
    redoes: int | None = None,
) -> Record:
    for oid in moves.values():
        if oid is not None:
            refuse_collected(session, oid, f"where `{target.command}` was")
    before = session.head_commit()
    was = {ref: session.refs.get(ref) for ref in moves}
    session.publish(None, moves, undoes=undoes, redoes=redoes)
    for old in (ref for ref, new in moves.items() if new is None):
        for ref, new in moves.items():
            if new is not None and new == was[old] and was[ref] is None:
                rebind_working(session, old, ref)
    follow_refs(session, moves)
    _keep_head(session, before)
    return target


def _keep_head(session: Session, before: ObjectId | None) -> None:
    """Where the branch of HEAD is gone, stand on another one that is at the same commit, if any."""
    if before is None or session.head_commit() is not None:
        return
    for ref, oid in session.refs.all("heads/").items():
        if oid == before:
            session.layout.write_head(Head.on(ref))
            return
