"""Merges as operations of a project: recorded, undoable, and to be done again."""

import shutil

import pytest

from datum.dataset.dataset import Dataset
from datum.errors import OutputExistsError, ProjectError, RevisionError, UsageError
from datum.lineage.recipe import read_recipe
from datum.merge.policies import MergeOptions
from datum.model import Box, Categories, Item
from datum.project.care import check, collect_garbage
from datum.project.history import history
from datum.project.merging import merge_again, merge_to_folder
from datum.project.moving import create_branch, undo
from datum.project.project import Project
from datum.project.replay import GIVEN, SAME, reproduce
from datum.refs.commits import Identity
from datum.testing.datasets import picture

ADA = Identity("Ada", "ada@example.org")
PEOPLE = {"ann": 5.0, "bob": 6.0, "cy": 25.0}
CONSENSUS = MergeOptions(iou=0.5, quorum=2)


def lefts(project, revision="HEAD", item="0"):
    """The left sides of the boxes of an item."""
    found = next(one for one in project.dataset(revision) if one.id == item)
    return [one.x for one in found.annotations]


def recipe_of(project, oid):
    return read_recipe(project.session.store, project.session.commit(oid).recipe)


@pytest.fixture(scope="module")
def template(tmp_path_factory):
    """Projects of three annotators; to them the first box is at 5, 6 and 25."""
    root = tmp_path_factory.mktemp("annotators")
    for name, x in PEOPLE.items():
        with Project.create(root / name, author=ADA).edit("first") as edit:
            edit.declare(Categories.of(["cat", "dog"]))
            for n in range(4):
                lefts = (x if n == 0 else 5.0, 13.0, 21.0)
                edit.put(
                    Item(
                        id=f"{n}",
                        subset="train",
                        media=(picture(f"{n}", ".jpg", 48, 64, n),),
                        annotations=tuple(
                            Box(x=left, y=6.0, w=10.0, h=12.0, label=0) for left in lefts
                        ),
                    )
                )
    return root


@pytest.fixture
def three(tmp_path, template):
    """The three projects, to be changed."""
    shutil.copytree(template, tmp_path, dirs_exist_ok=True)
    return [Project.open(tmp_path / name, author=ADA) for name in PEOPLE]


def roots(projects):
    return [str(one.root) for one in projects]


def test_several_projects_become_one_in_a_folder(tmp_path, three):
    """Its commit has all that went in as parents, and the media are there."""
    folder = tmp_path / "merged"
    placed, report = merge_to_folder(None, roots(three), CONSENSUS, folder)
    merged = Project.open(folder)
    assert lefts(merged) == [5.0, 13.0, 21.0]
    assert [one.annotations for one in report.inputs] == [12, 12, 12]
    commit = merged.session.commit(placed.commit)
    messages = [merged.session.commit(oid).message for oid in commit.parents]
    assert messages == [f"Take {root}" for root in roots(three)]
    for item in merged.dataset():
        assert merged.load(item.media[0]).startswith(b"\xff\xd8")
    assert check(merged.session).faults == ()


def test_the_recipe_does_it_again(tmp_path, three):
    """The inputs by their snapshots, the options as they were: the same snapshot comes out."""
    folder = tmp_path / "merged"
    placed, _ = merge_to_folder(None, roots(three), CONSENSUS, folder)
    merged = Project.open(folder)
    collect_garbage(merged.session, grace=0)
    recipe = recipe_of(merged, placed.commit)
    writer = merged.session.store.writer()
    datasets = [Dataset(writer, oid) for _, oid in recipe.inputs]
    assert [one.oid for one in datasets] == [one.dataset().oid for one in three]
    assert merge_again(writer, recipe, datasets).snapshot == placed.after.oid
    steps = list(reproduce(merged.session, placed.commit))
    assert [(one.outcome, one.origin.recipe.operation) for one in steps] == [
        *[(GIVEN, "take")] * 3,
        (SAME, "merge"),
    ]


def test_update_merges_again_what_moved(three):
    """A merge of a branch and of a dataset from elsewhere follows the branch; so does what it is in."""
    ann, bob, _ = three
    ann.merge("main", str(bob.root), output="both", options=MergeOptions(policy="update"))
    ann.merge("both", str(bob.root), output="all", options=MergeOptions(policy="union"))
    assert [one.moved for one in ann.update()] == [False, False]
    before = ann.dataset("all").oid
    with ann.edit("one more") as edit:
        edit.put(Item(id="9", subset="train"))
    moved = {one.ref: one.steps for one in ann.update("all") if one.moved}
    assert moved == {"derived/both": ("merge",), "derived/all": ("merge",)}
    assert [one.id for one in ann.dataset("all")] == ["0", "1", "2", "3", "9"]
    again, _ = ann.merge("both", str(bob.root), output="new", options=MergeOptions(policy="union"))
    assert again.after.oid == ann.dataset("all").oid
    undo(ann.session)
    undo(ann.session)
    assert ann.dataset("all").oid == before


def test_the_folder_must_be_free(tmp_path, three):
    """Unless it is to be replaced; where the merge fails, the old one stays."""
    folder = tmp_path / "merged"
    merge_to_folder(None, roots(three), CONSENSUS, folder)
    before = Project.open(folder).dataset().oid
    with pytest.raises(OutputExistsError):
        merge_to_folder(None, roots(three), CONSENSUS, folder)
    with pytest.raises(RevisionError):
        merge_to_folder(None, ["none", "nor this"], CONSENSUS, folder, overwrite=True)
    assert Project.open(folder).dataset().oid == before
    merge_to_folder(None, roots(three), MergeOptions(), folder, overwrite=True)
    assert Project.open(folder).dataset().oid != before


def test_one_target_updates_the_branch_and_undo_takes_it_back(three):
    """Items of bob replace those of ann; what is equal keeps its annotations' ids."""
    ann, bob, _ = three
    before = ann.dataset().oid
    placed, report = ann.merge(str(bob.root))
    assert report.changes == {"added": 0, "replaced": 1, "equal": 3}
    assert lefts(ann) == [6.0, 13.0, 21.0]
    recipe = recipe_of(ann, placed.commit)
    assert recipe.parameters == {"policy": "update", "prefer": None, "trust_ids": False}
    assert [role for role, _ in recipe.inputs] == ["parent", "dataset"]
    undo(ann.session)
    assert ann.dataset().oid == before


def test_a_result_may_be_derived_or_a_project_of_its_own(tmp_path, three):
    """The branch stays where it is."""
    ann, bob, _ = three
    tip = ann.session.head_commit()
    ann.merge(str(bob.root), output="both")
    assert lefts(ann, "derived/both") == [6.0, 13.0, 21.0]
    ann.merge(str(bob.root), output=str(tmp_path / "other"))
    other = Project.open(tmp_path / "other")
    assert lefts(other) == [6.0, 13.0, 21.0]
    assert tip in [oid for oid, _ in history(other.session, other.session.head_commit())]
    assert ann.session.head_commit() == tip


def test_revisions_of_one_project_are_merged(three):
    """The recipe names their refs; the ids of the annotations mean the same."""
    ann, bob, _ = three
    create_branch(ann.session, "side")
    ann.merge(str(bob.root))
    placed, _ = ann.merge("side", "main", options=MergeOptions(quorum=2), output="gold")
    recipe = recipe_of(ann, placed.commit)
    assert [role for role, _ in recipe.inputs] == ["heads/side", "heads/main"]
    dataset = ann.dataset("derived/gold")
    assert [len(one.annotations) for one in dataset] == [3, 3, 3, 3]


def test_a_dataset_on_disk_is_merged(committed, coco):
    """It becomes a commit of its own, which the recipe's input is."""
    coco.move_box(0, 1)
    placed, report = committed.merge(f"{coco.folder}:coco")
    assert report.changes == {"added": 0, "replaced": 1, "equal": 3}
    parents = committed.session.commit(placed.commit).parents
    assert committed.session.commit(parents[1]).message == f"Take {coco.folder}:coco"


def test_a_store_with_another_hash_is_merged(tmp_path, committed):
    """Its objects are written anew under the ids of this store, the media too."""
    other = Project.create(tmp_path / "other", hash_name="sha256", author=ADA)
    other.add(committed.root.parent / "coco", "coco", "coco")
    other.commit("first")
    _, report = committed.merge(str(other.root))
    assert report.changes == {"added": 0, "replaced": 0, "equal": 4}


def test_what_makes_no_sense_is_refused_before_anything_is_read(three, tmp_path):
    """One target that nothing is merged with, and a quorum that cannot be reached."""
    ann, bob, _ = three
    with pytest.raises(UsageError, match="quorum of 3"):
        ann.merge(str(bob.root), options=MergeOptions(quorum=3))
    with pytest.raises(UsageError, match="two datasets"):
        merge_to_folder(None, ["none"], CONSENSUS, tmp_path / "merged")
    assert not (tmp_path / "merged").exists()


def test_head_on_no_branch_needs_a_name(three):
    """As for every operation."""
    ann, bob, _ = three
    ann.session.layout.write_head(type(ann.session.head).at(ann.session.head_commit()))
    with pytest.raises(ProjectError, match="no branch"):
        Project.open(ann.root).merge(str(bob.root))
    Project.open(ann.root).merge(str(bob.root), output="both")
