"""Flipped bits, truncated and missing files, a full disk, a read-only folder, colliding hashes."""

import os
import random
import resource
import shutil
import signal
import subprocess
import sys
from multiprocessing import get_context

import pytest
from msgspec.structs import replace

from datum.errors import (
    CorruptObjectError,
    DatumError,
    HashCollisionError,
    ObjectNotFoundError,
    ProjectError,
    StoreError,
)
from datum.model import InMemory, Item, Media
from datum.objects.kinds import Kind
from datum.project.care import check
from datum.project.project import Project
from datum.testing.objects import colliding

FORK = get_context("fork")


@pytest.fixture
def large(project, item):
    """The project with packs, a large picture, and inline packs."""
    with project.edit("packs") as edit:
        for number in range(120):
            edit.put(item(f"p{number:03}", number, size=900))
        edit.put(item("large", 1, size=1_300_000))
    with project.edit("small") as edit:
        edit.put(item("small", 1))
    return project


def reopened(project):
    shutil.rmtree(project.root / ".datum/index")
    return Project.open(project.root, author=project.session.author)


def files_of(project):
    """The files of the store that hold something, and those of the project."""
    folder = project.root / ".datum"
    inside = sorted(one for one in (folder / "store").rglob("*") if one.is_file())
    return [one for one in inside if one.stat().st_size and one.name != "store.toml"]


def read_everything(project):
    """All items of all commits, with their media; what could not be read is an error each."""
    found, errors = {}, []
    for oid, _ in project.log():
        dataset = project.session.dataset(oid)
        for key, row in dataset.rows():
            try:
                item = dataset.read(key, row)
                pictures = [project.load(one) for one in item.media]
                found[oid, item.key] = (item, pictures)
            except DatumError as error:
                errors.append(error)
    return found, errors


def _flip(path, bit):
    data = bytearray(path.read_bytes())
    data[bit // 8] ^= 1 << (bit % 8)
    path.chmod(0o644)
    path.write_bytes(data)


def test_a_flipped_bit_is_never_read(large, rounds):
    """Wherever a bit flips, what is read is right or an error of its class, and fsck sees it."""
    whole, none = read_everything(large)
    assert not none
    draw = random.Random(3)  # noqa: S311 (a repeatable series, no secret)
    records = [
        one for one in files_of(large) if one.parent.parent.name == "log"
    ]  # slow: waited for
    others = [one for one in files_of(large) if one not in records]
    for number in range(24 * rounds):
        some = records if number % 12 == 0 else others
        path = some[number % len(some)]
        bit = draw.randrange(8 * path.stat().st_size)
        _flip(path, bit)
        place = f"{path.relative_to(large.root)}, bit {bit}"
        hurt = reopened(large)
        try:
            found, errors = read_everything(hurt)
        except DatumError as error:
            found, errors = {}, [error]
        assert all(found[key] == whole[key] for key in found), place
        for error in errors:
            assert isinstance(error, (CorruptObjectError, StoreError)), place
            assert "\n" not in str(error)
            assert str(error)
        report = check(hurt.session)
        assert not report.sound, place
        _flip(path, bit)
    again = reopened(large)
    assert check(again.session).sound
    assert read_everything(again) == (whole, [])


def test_damage_to_one_frame_hurts_its_items_alone(large):
    """Of a media pack with a damaged frame fsck names the items, and all the others can be read."""
    whole, _ = read_everything(large)
    packs = sorted((large.root / ".datum/store/packs").rglob("*.pack"), key=os.path.getsize)
    _flip(packs[-1], 8 * (packs[-1].stat().st_size // 3))
    hurt = reopened(large)
    found, errors = read_everything(hurt)
    assert errors
    assert len(found) + len(errors) == len(whole)
    assert len(found) > len(whole) / 4
    report = check(hurt.session)
    named = {one.what for one in report.hurt}
    lost = {key for _, key in whole.keys() - found.keys()}
    assert {f"image of {subset}/{name}" for subset, name in lost} >= named
    assert named


@pytest.mark.parametrize("share", [0, 0.3, 0.999])
def test_a_truncated_pack(large, share):
    """Whatever is left of a pack is used; the rest is reported as damage."""
    whole, _ = read_everything(large)
    for path in sorted((large.root / ".datum/store/packs").rglob("*.pack")):
        data = path.read_bytes()
        path.write_bytes(data[: int(len(data) * share)])
        hurt = reopened(large)
        try:
            found, _ = read_everything(hurt)
        except StoreError:
            found = {}
        assert all(found[key] == whole[key] for key in found)
        report = check(hurt.session)
        assert report.faults or report.hurt
        assert path.name in " ".join(fault.path for fault in report.faults)
        path.write_bytes(data)
    assert read_everything(reopened(large)) == (whole, [])


def test_missing_files_are_named(large):
    """A pack or a picture that is gone is named; what does not need it is still read."""
    whole, _ = read_everything(large)
    store = large.root / ".datum/store"
    for path in [*sorted(store.glob("packs/*/*.pack")), *sorted(store.glob("blobs/*/*"))]:
        aside = large.root / "aside"
        path.rename(aside)
        hurt = reopened(large)
        report = check(hurt.session)
        assert not report.sound
        told = [fault.path for fault in report.faults] + [one.reason for one in report.hurt]
        assert any(path.name in text for text in told)
        try:
            found, _ = read_everything(hurt)
        except (CorruptObjectError, ObjectNotFoundError):
            found = {}
        assert all(found[key] == whole[key] for key in found)
        aside.rename(path)
    assert read_everything(reopened(large)) == (whole, [])


@pytest.mark.parametrize("name", ["config.toml", "HEAD", "store/store.toml"])
def test_garbage_in_the_small_files(large, name):
    """A project whose own small files are garbage says so in one line that names the file."""
    path = large.root / ".datum" / name
    data = path.read_bytes()
    for garbage in (b"\0" * 40, b"\xff\xfe{", b"half a line =", b"[" * 3000):
        path.write_bytes(garbage)
        with pytest.raises(DatumError) as caught:
            list(Project.open(large.root).log())
        assert path.name in str(caught.value)
        assert "\n" not in str(caught.value)
    path.write_bytes(data)
    assert check(Project.open(large.root).session).sound


def test_a_digit_of_the_rules(large, item):
    """A constant of the trees that changed would change every later id: fsck says so."""
    with large.edit("enough for several nodes") as edit:
        for number in range(600):
            edit.put(item(f"node-{number:05}", number, media=False))
    path = large.root / ".datum/store/store.toml"
    text = path.read_text()
    path.write_text(text.replace("scale = 4096", "scale = 2096"))
    report = check(Project.open(large.root).session)
    assert "store.toml" in {fault.path for fault in report.faults}
    path.write_text(text)
    assert check(Project.open(large.root).session).sound


def test_a_deleted_index_loses_nothing(large):
    """The index is made again, before, between and after; a damaged one too."""
    whole, _ = read_everything(large)
    index = large.root / ".datum/index"
    assert read_everything(reopened(large)) == (whole, [])
    (index / "data.mdb").write_bytes(b"garbage" * 1000)
    assert read_everything(reopened(large)) == (whole, [])


def _read_often(root, whole, results):
    wrong = 0
    for _ in range(12):
        try:
            found, errors = read_everything(Project.open(root))
        except StoreError as error:
            wrong += "index" not in str(error)
            continue
        wrong += any(found[key] != whole[key] for key in found)
        wrong += any("index" not in str(error) for error in errors)
    results.put(wrong)


def test_an_index_that_is_damaged_while_others_read(large):
    """Whoever finds it damaged makes it anew; the others read on, or are told to try again."""
    whole, _ = read_everything(large)
    results = FORK.SimpleQueue()
    words = (large.root, whole, results)
    children = [FORK.Process(target=_read_often, args=words) for _ in range(4)]
    for child in children:
        child.start()
    garbage = large.root / ".datum/garbage"
    while any(child.is_alive() for child in children):
        garbage.write_bytes(b"garbage" * 1000)
        garbage.replace(large.root / ".datum/index/data.mdb")
        children[0].join(0.05)
    assert [child.exitcode for child in children] == [0] * len(children)
    assert [results.get() for _ in children] == [0] * len(children)
    assert read_everything(Project.open(large.root)) == (whole, [])


def test_a_store_that_was_put_back(large, item, contents):
    """From a copy of the store, with an index that knows what came after: nothing is mixed up."""
    store = large.root / ".datum/store"
    shutil.copytree(store, large.root / "copy")
    with large.edit("lost") as edit:
        edit.put(item("lost", 5))
    rows = contents(large.dataset("HEAD~1"))
    shutil.rmtree(store)
    (large.root / "copy").rename(store)
    again = Project.open(large.root, author=large.session.author)
    assert contents(again.dataset()) == rows
    with again.edit("other") as edit:
        edit.put(item("other", 6))
    again = Project.open(large.root, author=large.session.author)
    assert ("train", "other") in again.dataset()
    assert contents(again.dataset("HEAD~1")) == rows
    assert check(again.session).sound


def _commit_with_limit(root, limit, results, item):
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
    try:
        with Project.open(root).edit("too much") as edit:
            for number in range(200):
                edit.put(item(f"n{number}", number, size=5000))
    except DatumError as error:
        results.put((type(error), str(error)))
    else:
        results.put(None)


@pytest.mark.parametrize("limit", [0, 100, 5_000, 100_000, 900_000])
def test_files_that_may_not_grow(large, item, limit):
    """A limit of the system is one clear error, and the project is as it was."""
    before = large.session.refs.all()
    results = FORK.SimpleQueue()
    child = FORK.Process(target=_commit_with_limit, args=(large.root, limit, results, item))
    child.start()
    child.join(60)
    said = results.get()
    assert said is not None
    assert issubclass(said[0], StoreError)
    assert "File too large" in said[1]
    assert "\n" not in said[1]
    after = Project.open(large.root)
    assert after.session.refs.all() == before
    assert check(after.session).sound


def _mounted(target, *options):
    """Mount something at *target*; skip where that is not allowed."""
    if os.geteuid() != 0 or shutil.which("mount") is None:
        pytest.skip("mounting needs root")
    done = subprocess.run(["mount", *options, str(target)], capture_output=True, check=False)  # noqa: S603, S607 (the system's own command)
    if done.returncode:
        pytest.skip("this system does not let us mount")


@pytest.fixture
def small_disk(tmp_path):
    """A disk of 3 MB."""
    target = tmp_path / "disk"
    target.mkdir()
    _mounted(target, "-t", "tmpfs", "-o", "size=3m", "none")
    yield target
    subprocess.run(["umount", "-l", str(target)], check=True)  # noqa: S603, S607 (as above)


def test_a_full_disk(small_disk, author, filled, item, contents):
    """Without space there is one error; with space again, everything is as it was and goes on."""
    made = Project.create(small_disk / "project", author=author)
    filled(made)
    rows, before = contents(made.dataset()), made.session.refs.all()
    ballast = small_disk / "ballast"
    for left in (0, 4096, 60_000, 120_000, 200_000):
        free = shutil.disk_usage(small_disk).free
        ballast.write_bytes(bytes(max(free - left, 0)))
        project = Project.open(made.root, author=author)
        with (
            pytest.raises(StoreError, match="No space left"),
            project.edit("no room") as edit,
        ):
            edit.put(item("large", 1, size=1_100_000))
        assert Project.open(made.root).session.refs.all() == before
        assert contents(Project.open(made.root).dataset()) == rows
        ballast.unlink()
    project = Project.open(made.root, author=author)
    assert check(project.session).sound
    with project.edit("room again") as edit:
        edit.put(item("large", 1, size=500_000))
    assert ("train", "large") in project.dataset()


def test_a_disk_with_room_for_the_commit_but_not_for_the_index(small_disk, author, filled, item):
    """What was published counts: the index may be behind, and catches up later."""
    made = Project.create(small_disk / "project", author=author)
    filled(made)
    for left in range(4096, 140_000, 12_288):
        project = Project.open(made.root, author=author)
        tip = project.session.head_commit()
        free = shutil.disk_usage(small_disk).free
        (small_disk / "ballast").write_bytes(bytes(max(free - left, 0)))
        failed = None
        try:
            with project.edit(f"left {left}") as edit:
                edit.put(item(f"n{left}", left))
        except DatumError as error:
            failed = error
        (small_disk / "ballast").unlink()
        moved = Project.open(made.root, author=author).session.head_commit() != tip
        assert moved == (failed is None), (left, failed)
    assert check(Project.open(made.root).session).sound


@pytest.fixture
def read_only(large, tmp_path):
    """The project at a place where nothing can be written."""
    target = tmp_path / "read-only"
    target.mkdir()
    _mounted(target, "--bind", str(large.root))
    done = subprocess.run(["mount", "-o", "remount,ro,bind", str(target)], check=False)  # noqa: S603, S607 (as above)
    if done.returncode:
        subprocess.run(["umount", "-l", str(target)], check=True)  # noqa: S603, S607 (as above)
        pytest.skip("this system has no read-only mounts")
    yield target
    subprocess.run(["umount", "-l", str(target)], check=True)  # noqa: S603, S607 (as above)


def test_a_read_only_project(read_only, large, item):
    """Everything can be read and checked; a commit is one error that says why."""
    project = Project.open(read_only)
    whole, _ = read_everything(large)
    assert read_everything(project) == (whole, [])
    assert project.status().clean
    assert check(project.session).sound
    assert list(project.diff("HEAD~1", "HEAD"))
    with (
        pytest.raises(DatumError, match="Read-only file system") as caught,
        project.edit("no") as edit,
    ):
        edit.put(item("no", 1))
    assert isinstance(caught.value, (StoreError, ProjectError))
    with pytest.raises(ProjectError, match="Read-only file system"):
        Project.create(read_only / "inside")


_LESS = ("setpriv", "--bounding-set", "-dac_override,-dac_read_search,-fowner")
"""Root without the right to go past permissions: as a plain user who owns the files."""


@pytest.fixture
def as_a_plain_user(large, tmp_path):
    """Runs commands in the project as somebody whom permissions stop: exit code and standard error."""
    less = _LESS if os.geteuid() == 0 else ()
    if less and shutil.which(less[0]) is None:
        pytest.skip("root may write everywhere, and there is no setpriv")

    def run(*words, closed=(), mode=0o555):
        for name in closed:
            (large.root / name).chmod(mode)
        done = subprocess.run(  # noqa: S603 (our own program)
            [*less, sys.executable, "-m", "datum", *words],
            cwd=large.root,
            env={**os.environ, "DATUM_CONFIG": str(tmp_path / "user.toml")},
            capture_output=True,
            text=True,
            check=False,
        )
        for name in closed:
            (large.root / name).chmod(0o755)
        return done.returncode, done.stderr

    return run


def test_a_project_without_permission(as_a_plain_user, large):
    """A folder that may not be written, or not even looked into, is one error with what to do."""
    run = as_a_plain_user
    closed = [f".datum/store/{part}" for part in (".", "log/0000", "tmp", "packs")]
    assert run("log") == (0, "")
    for words in (("tag", "v9"), ("transform", "-t", "rename", "--", "--regex", "|^|a-|")):
        code, said = run(*words, closed=closed)
        assert code == 30, said
        assert "Permission denied" in said
        assert "hint: " in said
        assert len(said.splitlines()) == 2
    assert run("log", closed=closed) == (0, "")
    assert run("ls", "-q", closed=[*closed, ".datum", ".datum/index"])[0] == 0
    code, said = run("log", closed=[".datum/store/log"], mode=0)
    assert code == 30
    assert "Permission denied" in said
    code, said = run("export", "-f", "coco", "-o", "out", closed=["."])
    assert code == 69
    assert said.startswith("error: out: Permission denied")
    assert "hint: " in said
    assert check(Project.open(large.root).session).sound


def test_colliding_pictures(project):
    """Two pictures with one hash: the second is refused, the first stays as it was."""
    one, two = colliding(Kind.BLOB)
    assert one != two

    def put(name, data):
        media = Media(path=name, content=InMemory(data))
        with project.edit(name) as edit:
            edit.put(Item(id=name, subset="train", media=(media,)))

    put("one", one)
    with pytest.raises(HashCollisionError) as caught:
        put("two", two)
    assert "--hash" in caught.value.hint
    assert project.load(project.dataset()["train", "one"].media[0]) == one
    assert ("train", "two") not in project.dataset()
    assert check(project.session).sound


def test_colliding_pictures_under_another_hash(tmp_path):
    """A store with a cryptographic hash takes both."""
    one, two = colliding(Kind.BLOB)
    made = Project.create(tmp_path / "p", hash_name="sha256")
    with made.edit("both") as edit:
        for name, data in (("one", one), ("two", two)):
            media = Media(path=name, content=InMemory(data))
            edit.put(Item(id=name, subset="train", media=(media,)))
    found = [made.load(item.media[0]) for item in made.dataset()]
    assert found == [one, two]
    again = replace(made.dataset()["train", "one"], attributes={})
    assert again.media[0].content.size == len(one)


def test_colliding_files_of_a_source(project, small_coco, tmp_path):
    """Two colliding files of one dataset end in an error; neither is taken for the other."""
    one, two = colliding(Kind.BLOB)
    folder = small_coco(tmp_path / "coco", {"one": one, "two": two})
    before = project.session.refs.all()
    for media in ("store", "reference"):
        with pytest.raises(HashCollisionError):
            project.add(folder, "coco", "pictures", media=media)
    assert project.session.refs.all() == before
    assert not project.session.config.sources
    assert check(project.session).sound
