"""update: derived datasets follow what they were made from."""

import pytest

from datum.errors import ProjectError, UnknownNameError
from datum.lineage.operations import filter_operation, transform_operation
from datum.lineage.recipe import read_recipe
from datum.project import chains
from datum.project.history import history
from datum.project.moving import create_branch, delete_ref, undo


def tip(project, name):
    return project.session.refs.get(name)


def snapshot(project, name):
    return project.session.commit(tip(project, name)).snapshot


def recipe_of(project, oid):
    return read_recipe(project.session.store, project.session.commit(oid).recipe)


CATS = "/item/annotation[label='cat']"


@pytest.fixture
def derived(committed):
    """Cats of main, renamed, under ``derived/cats``, and large ones of these under ``derived/right``."""
    committed.run(
        [
            filter_operation(CATS, "annotations"),
            transform_operation("rename", {"regex": "|^|img-|"}),
        ],
        output="cats",
    )
    committed.filter("/item/annotation[x > 10]", "a", target="cats", output="right")
    return committed


def test_each_link_is_a_commit_with_a_recipe(derived):
    """The first names the branch that it came from, the next the commit before it."""
    commits = [oid for oid, _ in history(derived.session, tip(derived, "derived/cats"))]
    assert commits[2:] == [tip(derived, "heads/main")]
    second, first = (recipe_of(derived, oid) for oid in commits[:2])
    assert (first.operation, first.inputs[0][0]) == ("filter", "heads/main")
    assert (second.operation, second.inputs[0][0]) == ("transform rename", "parent")
    assert recipe_of(derived, tip(derived, "derived/right")).inputs[0][0] == "derived/cats"


def test_nothing_moves_where_nothing_changed(derived):
    """Every ref stays, and no operation is logged."""
    before = derived.session.refs.all()
    assert [one.moved for one in derived.update()] == [False, False]
    assert derived.session.refs.all() == before


def test_update_is_what_running_again_would_give(derived, coco):
    """The chain below is brought up to date too; one undo takes all of it back."""
    before = derived.session.refs.all("derived/")
    coco.move_box(0, 30.0)
    derived.commit("moved")
    done = derived.update("right")
    assert [(one.ref, one.steps) for one in done] == [
        ("derived/cats", ("filter", "transform rename")),
        ("derived/right", ("filter",)),
    ]
    derived.run(
        [
            filter_operation(CATS, "annotations"),
            transform_operation("rename", {"regex": "|^|img-|"}),
        ],
        output="fresh",
    )
    derived.filter("/item/annotation[x > 10]", "a", target="fresh", output="fresh-right")
    assert snapshot(derived, "derived/cats") == snapshot(derived, "derived/fresh")
    assert snapshot(derived, "derived/right") == snapshot(derived, "derived/fresh-right")
    for _ in range(3):
        undo(derived.session)
    assert derived.session.refs.all("derived/") == before


def test_a_source_is_read_again(committed, coco):
    """What was made of a source follows its files, without a commit of the branch."""
    committed.filter(CATS, "annotations", target="sources/coco", output="cats")
    main = tip(committed, "heads/main")
    coco.move_box(0, 30.0)
    done = committed.update("derived/cats")
    assert [one.ref for one in done if one.moved] == ["sources/coco", "derived/cats"]
    assert committed.dataset("cats")["train", "0"].annotations[0].x == 35.0
    assert tip(committed, "heads/main") == main
    assert [one.moved for one in committed.update()] == [False, False]
    committed.commit("take the source in")
    assert committed.dataset()["train", "0"].annotations[0].x == 35.0


def test_an_operation_on_a_derived_dataset_in_place_is_a_link_more(derived, coco):
    """`-o` with the name that it works on."""
    derived.transform("rename", {"regex": "|img|picture|"}, target="cats", output="cats")
    assert recipe_of(derived, tip(derived, "derived/cats")).inputs[0][0] == "parent"
    coco.move_box(0, 30.0)
    derived.commit("moved")
    assert len(derived.update("cats")[0].steps) == 3
    item = derived.dataset("cats")["train", "picture-0"]
    assert item.annotations[0].x == 35.0


def test_what_was_named_by_its_commit_stays(committed, coco):
    """A dataset that was made of HEAD~1 is of that commit for ever."""
    coco.move_box(0, 30.0)
    committed.commit("moved")
    committed.filter(CATS, "annotations", target="HEAD~1", output="old")
    coco.move_box(0, 30.0)
    committed.commit("moved again")
    assert [one.moved for one in committed.update()] == [False]


def test_an_update_computes_what_changed(derived, coco, monkeypatch):
    """The earlier run is found in the history of the derived dataset."""
    found = []
    run = chains.run_operation

    def told(*arguments, earlier, **more):
        found.append(earlier)
        return run(*arguments, earlier=earlier, **more)

    monkeypatch.setattr(chains, "run_operation", told)
    coco.move_box(0, 30.0)
    derived.commit("moved")
    derived.update()
    assert len(found) == 3
    assert None not in found


def test_what_cannot_be_updated(derived):
    """Branches, unknown names, inputs that are gone."""
    with pytest.raises(ProjectError, match="is a branch"):
        derived.update("main")
    with pytest.raises(UnknownNameError, match="cats"):
        derived.update("cat")
    delete_ref(derived.session, "derived dataset", "cats")
    with pytest.raises(ProjectError, match="derived/cats, which right was made from, is gone"):
        derived.update("right")


def test_datasets_made_of_each_other_are_refused(derived):
    """A circle of names has no beginning."""
    derived.filter(CATS, "a", target="right", output="cats")
    with pytest.raises(ProjectError, match="made of each other: cats from right from cats"):
        derived.update("cats")


def test_what_was_edited_by_hand_is_not_made_again(derived):
    """A branch at an edit can be followed; a derived dataset with one in its chain cannot be remade."""
    create_branch(derived.session, "labels", "derived/cats")
    derived.session.layout.write_head(derived.session.head.on("heads/labels"))
    with derived.edit("by hand") as editing:
        editing.remove("train", "img-0")
    derived.session.publish(None, {"derived/cats": tip(derived, "heads/labels")})
    with pytest.raises(ProjectError, match="`edit` is in its history"):
        derived.update("cats")
