"""Update: derived datasets are made again, by their recipes, of what their inputs are now."""

from collections.abc import Sequence

import msgspec
from msgspec.structs import replace

from datum.dataset.dataset import Dataset
from datum.errors import ProjectError, UnknownNameError
from datum.lineage.operations import find_operation
from datum.lineage.recipe import Recipe, read_recipe
from datum.losses import LossReport
from datum.merge.policies import MERGE, VERSION
from datum.objects.ids import ObjectId
from datum.objects.store import ObjectWriter
from datum.project.chains import DATASET, PARENT, run_on
from datum.project.merging import merge_again
from datum.project.reading import Progress
from datum.project.session import Session
from datum.project.sources import SourceState, commit_source, look_at_source, remember_source
from datum.project.versions import software
from datum.refs.commits import Commit, read_commit
from datum.refs.names import full_name, short_name

__all__ = ["Updated", "update"]

_DERIVED = "derived/"
_SOURCES = "sources/"


class Updated(msgspec.Struct, frozen=True, kw_only=True):
    """A derived dataset, or a source, after an update."""

    ref: str
    before: ObjectId
    """Its commit before."""
    after: ObjectId
    """Its commit now: the same one where nothing changed."""
    steps: tuple[str, ...] = ()
    """Operations that ran, in their order."""
    losses: LossReport

    @property
    def moved(self) -> bool:
        """Whether anything changed."""
        return self.before != self.after


def update(
    session: Session, names: Sequence[str] = (), *, progress: Progress | None = None
) -> list[Updated]:
    """Bring derived datasets up to date, and those that they were made from before them.

    Sources are looked at first, and read again where their files changed. All refs move together, so
    that one `datum undo` takes everything back.

    Args:
        session: The project.
        names: Of derived datasets; without any, all.
        progress: Told how far each step is.

    Returns:
        All that was looked at, inputs first.

    Raises:
        UnknownNameError: There is no derived dataset of a name.
        ProjectError: One cannot be made again, or what it was made from is gone.
    """
    refs = session.refs.all(_DERIVED)
    wanted = [_ref_of(session, name, list(refs)) for name in names] if names else list(refs)
    updating = _Updating(session, session.store.writer(), progress)
    for ref in wanted:
        updating.bring(ref)
    updating.publish()
    return list(updating.done.values())


def _ref_of(session: Session, name: str, known: Sequence[str]) -> str:
    for ref in (name, full_name("derived", name.removeprefix(_DERIVED))):
        if ref in known:
            return ref
    if session.refs.get(full_name("heads", name.removeprefix("heads/"))) is not None:
        raise ProjectError(
            f"{name} is a branch", hint="`datum commit` takes in what changed in its sources"
        )
    raise UnknownNameError(
        "derived dataset", name, [short_name(ref) for ref in known], hint="`datum info` shows them"
    )


class _Chain(msgspec.Struct, frozen=True):
    """The links of one derived dataset, while they run."""

    ref: str
    tip: ObjectId
    steps: list[str]
    losses: LossReport


class _Updating:
    """An update under way: what was brought up to date is not looked at again."""

    def __init__(self, session: Session, writer: ObjectWriter, progress: Progress | None) -> None:
        self.done: dict[str, Updated] = {}
        self._session = session
        self._writer = writer
        self._progress = progress
        self._open: list[str] = []
        """Refs whose inputs are being looked at."""
        self._read: list[tuple[SourceState, ObjectId]] = []

    def publish(self) -> None:
        """Move all refs, together."""
        moved = {one.ref: one for one in self.done.values() if one.moved}
        if moved:
            self._session.publish(
                self._writer,
                {ref: one.after for ref, one in moved.items()},
                expected={ref: one.before for ref, one in moved.items()},
            )
        for state, oid in self._read:
            if state.read is not None:
                remember_source(self._session, state.name, oid, state.read)

    def bring(self, ref: str) -> ObjectId:
        """The commit that a ref is at when all that it was made from is up to date."""
        if ref in self.done:
            return self.done[ref].after
        tip = self._session.refs.get(ref)
        if tip is None:
            made = short_name(self._open[-1]) if self._open else ref
            raise ProjectError(
                f"{ref}, which {made} was made from, is gone",
                hint="`datum log --operations` shows who removed it, `datum undo` takes that back",
            )
        if ref.startswith(_SOURCES) and ref.removeprefix(_SOURCES) in self._session.config.sources:
            return self._source(ref, tip)
        return self._derived(ref, tip) if ref.startswith(_DERIVED) else tip

    def _source(self, ref: str, tip: ObjectId) -> ObjectId:
        session = self._session
        name = ref.removeprefix(_SOURCES)
        state = look_at_source(session, self._writer, name, progress=self._progress)
        oid = commit_source(session, self._writer, state)
        self._read.append((state, oid))
        self.done[ref] = Updated(ref=ref, before=tip, after=oid, losses=LossReport())
        return oid

    def _derived(self, ref: str, tip: ObjectId) -> ObjectId:
        if ref in self._open:
            circle = " from ".join(short_name(one) for one in [*self._open, ref])
            raise ProjectError(f"datasets that are made of each other: {circle}")
        self._open.append(ref)
        chain = _Chain(ref, tip, [], LossReport())
        after = self._again(tip, chain)
        self._open.pop()
        self.done[ref] = Updated(
            ref=ref, before=tip, after=after, steps=tuple(chain.steps), losses=chain.losses
        )
        return after

    def _again(self, oid: ObjectId, chain: "_Chain") -> ObjectId:
        """The commit with its input brought up to date: itself, or a new one."""
        commit = self._session.commit(oid)
        if commit.recipe is None:
            raise _fixed(chain.ref, "a commit without a recipe")
        recipe = read_recipe(self._session.store, commit.recipe)
        if recipe.operation == MERGE:
            return self._merged_again(oid, commit, recipe, chain)
        operation = find_operation(recipe.operation, recipe.parameters)
        if operation is None:
            raise _fixed(chain.ref, f"`{recipe.operation}`")
        role, snapshot = recipe.inputs[0]
        source = self._input(commit, role, snapshot, chain)
        dataset = Dataset(self._writer, read_commit(self._writer, source).snapshot)
        if dataset.oid == snapshot and operation.version == recipe.version:
            return oid
        run = run_on(self._session, operation, role, [chain.tip], progress=self._progress)
        made = run(self._writer, dataset)
        chain.steps.append(operation.name)
        chain.losses.include(made.losses)
        return self._session.write_commit(
            self._writer, made.snapshot, (source,), commit.message, made.recipe
        )

    def _merged_again(
        self, oid: ObjectId, commit: Commit, recipe: Recipe, chain: "_Chain"
    ) -> ObjectId:
        """The commit of a merge with its inputs brought up to date: itself, or a new one."""
        sources = [self._input(commit, *one, chain) for one in recipe.inputs]
        datasets = [
            Dataset(self._writer, read_commit(self._writer, one).snapshot) for one in sources
        ]
        before = [snapshot for _, snapshot in recipe.inputs]
        if [one.oid for one in datasets] == before and recipe.version == VERSION:
            return oid
        made = merge_again(self._writer, recipe, datasets, progress=self._progress)
        chain.steps.append(MERGE)
        roles = [role for role, _ in recipe.inputs]
        new = replace(
            recipe,
            version=VERSION,
            inputs=tuple((role, one.oid) for role, one in zip(roles, datasets, strict=True)),
            software=software(),
        )
        return self._session.write_commit(
            self._writer, made.snapshot, tuple(sources), commit.message, new
        )

    def _input(self, commit: Commit, role: str, snapshot: ObjectId, chain: "_Chain") -> ObjectId:
        """The commit that a link is made from, up to date."""
        if role not in (PARENT, DATASET):
            return self.bring(role)
        known = [one for one in commit.parents if self._session.commit(one).snapshot == snapshot]
        return self._again(known[0], chain) if role == PARENT else known[0]


def _fixed(ref: str, what: str) -> ProjectError:
    return ProjectError(
        f"{short_name(ref)} cannot be made again: {what} is in its history",
        hint=f"`datum log {ref}` shows how it was made",
    )
