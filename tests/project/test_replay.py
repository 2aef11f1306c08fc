"""reproduce: what came about by recipes comes out again, and what does not is named."""

import pytest
from msgspec.structs import replace

from datum.errors import UnknownNameError
from datum.lineage import operations
from datum.lineage.operations import filter_operation, transform_operation
from datum.lineage.running import run_operation
from datum.project import replay
from datum.project.history import restore, revert
from datum.project.origins import lineage
from datum.project.replay import DIFFERS, FAILED, GIVEN, SAME, reproduce

CHAIN = [
    filter_operation("/item/annotation[label='cat']", "annotations"),
    transform_operation("rename", {"regex": "|^|img-|"}),
    transform_operation("random_split", {"subset": ["a:.5", "b:.5"], "seed": 3}),
]


@pytest.fixture
def derived(committed):
    committed.run(CHAIN, output="d")
    return committed


def outcomes(project, revision="HEAD", **options):
    session = project.session
    return [
        (step.outcome, step.origin.recipe.operation)
        for step in reproduce(session, session.resolve(revision), **options)
    ]


def test_a_chain_comes_out_again(derived):
    """The oldest first; nothing is written, and the operation log does not move."""
    before = derived.session.log.state()
    assert outcomes(derived, "d") == [
        (GIVEN, "commit"),
        (SAME, "filter"),
        (SAME, "transform rename"),
        (SAME, "transform random_split"),
    ]
    assert derived.session.log.state() == before


def test_verbs_that_change_a_branch_come_out_again(committed, coco):
    """Revert, also with a side preferred, and restore; --all goes on behind what came from outside."""
    committed.filter("/item[id!='0']")
    coco.move_box(4, 9.0)
    committed.commit("moved")
    revert(committed.session, "HEAD~1", prefer="theirs")
    restore(committed.session, ["train/1"], "HEAD~3")
    assert outcomes(committed) == [(GIVEN, "commit"), (SAME, "revert"), (SAME, "restore")]
    steps = outcomes(committed, every=True)
    assert [name for outcome, name in steps if outcome == SAME] == ["filter", "revert", "restore"]
    given = sorted(name for outcome, name in steps if outcome == GIVEN)
    assert given == ["commit", "commit", "read", "read"]


def test_the_first_step_that_differs_is_named_with_its_items(derived, monkeypatch):
    """It ends there; a version that is another is the reason that is given."""
    find = operations.find_transform

    def other(name):
        transform = find(name)
        if name != "rename":
            return transform
        run = transform.item

        def wrong(item, context):
            found = run(item, context)
            return replace(found, attributes={}) if item.id == "2" else found

        return replace(transform, version=7, item=wrong)

    monkeypatch.setattr(operations, "find_transform", other)
    session = derived.session
    *_, last = reproduce(session, session.resolve("d"))
    assert (last.outcome, last.origin.recipe.operation) == (DIFFERS, "transform rename")
    assert (last.items.changed, last.examples) == (1, ("train/img-2",))
    assert last.found not in (None, last.origin.commit.snapshot)
    assert last.reasons == (
        f"transform rename is of version 7, and was of version {last.origin.recipe.version}",
    )
    assert not last.good


def test_a_step_that_cannot_be_run_is_said(derived, monkeypatch):
    """A plugin that is not installed any more."""

    def missing(name):
        raise UnknownNameError("transform", name, ())

    monkeypatch.setattr(operations, "find_transform", missing)
    session = derived.session
    *_, last = reproduce(session, session.resolve("d"))
    assert (last.outcome, last.found) == (FAILED, None)
    assert last.reasons == ("unknown transform 'rename'",)


def test_sources_are_read_again_where_that_is_asked_for(derived, coco):
    """The last read alone: older ones were of other files. What changed on disk since is found."""
    steps = outcomes(derived, "d", sources=True)
    assert steps[0] == (SAME, "read")
    assert {outcome for outcome, _ in steps} == {SAME, GIVEN}
    coco.move_box(0, 9.0)
    derived.commit("moved")
    derived.update("d")
    assert (GIVEN, "read") in outcomes(derived, "d", sources=True)
    coco.move_box(0, 9.0)
    session = derived.session
    *_, last = reproduce(session, session.resolve("d"), sources=True)
    assert (last.outcome, last.examples) == (DIFFERS, ("train/0",))
    assert "may have changed" in last.reasons[0]


def test_nothing_that_is_remembered_is_used(derived, monkeypatch):
    """An operation gets no memo, so that a remembered result cannot vouch for itself."""
    seen = []

    def told(operation, dataset, work):
        seen.append(work.memo)
        return run_operation(operation, dataset, work)

    monkeypatch.setattr(replay, "run_operation", told)
    outcomes(derived, "d")
    assert seen == [None, None, None]


def test_a_lineage_goes_over_branches_datasets_and_sources(derived):
    """Each state with the refs that are at it, and its inputs by the names that the recipes have."""
    derived.filter("/item[subset='a']", target="d", output="e")
    session = derived.session
    origins = list(lineage(session, session.resolve("e")))
    assert [one.names for one in origins] == [
        ("derived/e",),
        ("derived/d",),
        (),
        (),
        ("main",),
        ("sources/coco",),
    ]
    assert [[one.role for one in origin.inputs] for origin in origins] == [
        ["derived/d"],
        ["parent"],
        ["parent"],
        ["heads/main"],
        [""],
        [],
    ]
    first = origins[0].inputs[0]
    assert first.commit == session.resolve("d")
    assert first.snapshot == session.commit(first.commit).snapshot
