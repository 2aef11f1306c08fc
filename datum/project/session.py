"""What every verb needs: the paths, the store, the log, who acts and when. Wires, decides nothing."""

import os
import pwd
import time
from datetime import datetime
from functools import cached_property
from pathlib import Path

from datum.dataset.dataset import Dataset
from datum.errors import RevisionError
from datum.lineage.recipe import Recipe, write_recipe
from datum.objects.disk import DiskStore
from datum.objects.ids import ObjectId
from datum.objects.store import ObjectWriter, Sealed
from datum.project.config import Config, read_config
from datum.project.layout import Layout
from datum.refs.commits import Commit, Identity, read_commit, write_commit
from datum.refs.head import Head
from datum.refs.oplog import OperationLog, Record, RefMove, record_name
from datum.refs.record import record_digest
from datum.refs.refs import Refs
from datum.refs.revisions import resolve

__all__ = ["Session", "system_identity"]

_LOG = "log"
_MARK = b"mark"
"""In the store's memos: the record that the index was last brought up to."""


def system_identity() -> Identity:
    """The user that the system knows, at this machine."""
    try:
        entry = pwd.getpwuid(os.getuid())
        name = entry.pw_gecos.partition(",")[0].strip() or entry.pw_name
        login = entry.pw_name
    except KeyError:
        name = login = f"user{os.getuid()}"
    host = os.uname().nodename or "localhost"
    identity = Identity(name, f"{login}@{host}")
    return identity if not identity.fault() else Identity("unknown", f"unknown@{host}")


class Session:
    """An open project, seen by the verbs."""

    def __init__(
        self, layout: Layout, *, author: Identity | None = None, command: str = "datum"
    ) -> None:
        """Open a project.

        Args:
            layout: Its paths.
            author: Who acts; None for the one in the configuration, else the system's user.
            command: What was typed, for the operation log.
        """
        self.layout = layout
        self.command = command
        self._author = author
        self._known = -1
        self.config: Config = read_config(layout)

    @cached_property
    def store(self) -> DiskStore:
        """The store, with all that the operation log has added to it."""
        path = Path(self.layout.folder, self.config.store.path)
        return DiskStore.open(path, index_dir=self.layout.index)

    @cached_property
    def log(self) -> OperationLog:
        """The operation log."""
        return OperationLog(
            self.store.files,
            self.store.hasher,
            hint=self.store.learned(),
            cache=_FoldCache(self.store),
        )

    @cached_property
    def refs(self) -> Refs:
        """The names. What they stand for is known to the store's index before it is said."""
        return Refs(self.log, arrived=self._learn_up_to)

    @property
    def author(self) -> Identity:
        """Who acts."""
        if self._author is not None:
            return self._author
        user = self.config.user
        system = system_identity()
        return Identity(user.name or system.name, user.email or system.email)

    @property
    def head(self) -> Head:
        """Where the project stands."""
        return self.layout.read_head()

    def head_commit(self) -> ObjectId | None:
        """The commit that the project stands on; None on a branch without one."""
        head = self.head
        return head.oid if head.ref is None else self.refs.get(head.ref)

    def reload(self) -> None:
        """Read the configuration again, after it was changed."""
        self.config = read_config(self.layout)

    def learn(self) -> None:
        """Bring the store's index up to the end of the log."""
        self._forget_another_log()
        added = self.log.added(self.store.learned())
        self.store.learn(added.packs, added.inline, added.upto)
        self._known = max(self._known, added.upto)
        self._remember_log()

    def _learn_up_to(self, number: int) -> None:
        """Others may have added to the log since this session began."""
        if number > self._known:
            self.learn()

    def _remember_log(self) -> None:
        """Keep with the index which log it was made from: number and digest of a record."""
        last = self.log.state()
        if last.number < 0:
            return
        mark = last.number.to_bytes(8) + last.digest
        if self.store.memo().get(_LOG, _MARK) != mark:
            self.store.memo().put_many(_LOG, [(_MARK, mark)])

    def _forget_another_log(self) -> None:
        """Drop an index that knows records which are not in the log: the store was put back."""
        mark = self.store.memo().get(_LOG, _MARK)
        if mark is None:
            return
        try:
            data = self.store.files.get(record_name(int.from_bytes(mark[:8])))
        except FileNotFoundError:
            data = b""
        if record_digest(data) != mark[8:]:
            self.store.forget_index()

    def resolve(self, revision: str) -> ObjectId:
        """The commit that a revision names.

        Raises:
            RevisionError: It names none.
        """
        head = self.head
        if revision in ("HEAD", "@") and self.head_commit() is None:
            branch = (head.ref or "").removeprefix("heads/")
            raise RevisionError(
                revision, f"has no commit yet: branch {branch} is empty", hint="run `datum commit`"
            )
        return resolve(revision, reader=self.store, refs=self.refs, head=head)

    def commit(self, oid: ObjectId) -> Commit:
        """The commit of an id."""
        return read_commit(self.store, oid)

    def dataset(self, commit: ObjectId) -> Dataset:
        """The dataset of a commit."""
        return Dataset(self.store, self.commit(commit).snapshot)

    def now(self) -> tuple[int, int]:
        """Unix seconds, and minutes east of UTC."""
        moment = datetime.now().astimezone()
        offset = moment.utcoffset()
        return int(time.time()), int(offset.total_seconds() // 60) if offset else 0

    def write_commit(
        self,
        writer: ObjectWriter,
        snapshot: ObjectId,
        parents: tuple[ObjectId, ...],
        message: str,
        recipe: Recipe | None = None,
    ) -> ObjectId:
        """Write a commit by the author, now."""
        moment, offset = self.now()
        commit = Commit(
            snapshot=snapshot,
            parents=tuple(dict.fromkeys(parents)),
            recipe=None if recipe is None else write_recipe(writer, recipe),
            author=self.author,
            time=moment,
            offset=offset,
            message=message,
        )
        return write_commit(writer, commit)

    def publish(
        self,
        writer: ObjectWriter | None,
        moves: dict[str, ObjectId | None],
        *,
        expected: dict[str, ObjectId | None] | None = None,
        undoes: int | None = None,
        redoes: int | None = None,
    ) -> Record:
        """Make what was written durable and move refs, all or none.

        Args:
            writer: What was written; None where refs alone move.
            moves: New values by full name; None removes the ref.
            expected: Values that the refs must have; those they have now for others.
            undoes: The record that this takes back.
            redoes: The record that this does again.

        Raises:
            RefMovedError: Somebody else moved one of the refs meanwhile.
        """
        known = {**{ref: self.refs.get(ref) for ref in moves}, **(expected or {})}
        changes = [
            RefMove(ref, old=known[ref], new=new) for ref, new in moves.items() if known[ref] != new
        ]
        moment, offset = self.now()
        record = self.log.append(
            changes,
            None if writer is None else writer.seal(),
            str(self.author),
            moment,
            offset,
            self.command,
            undoes=undoes,
            redoes=redoes,
        )
        self.learn()
        return record

    def record_packs(self, sealed: Sealed) -> None:
        """Name packs in the log, without moving any ref."""
        moment, offset = self.now()
        self.log.append([], sealed, str(self.author), moment, offset, self.command)
        self.learn()


class _FoldCache:
    """The cached fold of the log, among the store's memos."""

    def __init__(self, store: DiskStore) -> None:
        self._store = store

    def get(self) -> bytes | None:
        return self._store.memo().get(_LOG, b"fold")

    def put(self, data: bytes) -> None:
        self._store.memo().put_many(_LOG, [(b"fold", data)])
