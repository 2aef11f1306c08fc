"""``fsck --repair`` mends what can be mended, names what cannot, and loses nothing readable."""

import random
import shutil

import pytest

from datum.cli.main import main
from datum.errors import DatumError
from datum.objects.files import LocalFiles
from datum.project.care import check, collect_garbage
from datum.project.moving import create_branch, create_tag, switch, undo
from datum.project.project import Project
from datum.project.repair import repair


@pytest.fixture
def large(project, item):
    """The project with packs, a large picture, a tag, a branch, and records of several kinds."""
    with project.edit("packs") as edit:
        for number in range(100):
            edit.put(item(f"p{number:03}", number, size=900))
        edit.put(item("large", 1, size=1_300_000))
    create_tag(project.session, "v1", message="the first")
    create_branch(project.session, "side")
    switch(project.session, "side")
    with project.edit("small") as edit:
        edit.put(item("small", 1))
    switch(project.session, "main")
    with project.edit("to be undone") as edit:
        edit.put(item("undone", 1))
    undo(project.session)
    with project.edit("last") as edit:
        edit.put(item("last", 1))
    return project


def opened(project):
    return Project.open(project.root, author=project.session.author)


def readable(project):
    """Everything that refs lead to and that can be read: item and media by commit and key."""
    found = {}
    for start in project.session.refs.all("heads/").values():
        try:
            commits = [oid for oid, _ in project.log(start.hex())]
        except DatumError:
            continue
        for oid in commits:
            try:
                dataset = project.session.dataset(oid)
                rows = list(dataset.rows())
            except DatumError:
                continue
            for key, row in rows:
                try:
                    item = dataset.read(key, row)
                    found[oid, item.key] = (item, [project.load(one) for one in item.media])
                except DatumError:
                    continue
    return found


def mended(project):
    """Repair, and see that nothing readable was lost and that a second repair has nothing to do."""
    before = readable(opened(project))
    repaired = repair(opened(project).session)
    after = opened(project)
    assert before.items() <= readable(after).items()
    again = repair(after.session)
    assert again.done == ()
    assert again.checked == repaired.checked
    return repaired


def packs_of(project):
    folder = project.root / ".datum/store/packs"
    return sorted(folder.rglob("*.pack"), key=lambda path: path.stat().st_size)


def flip(path, bit):
    data = bytearray(path.read_bytes())
    data[bit // 8] ^= 1 << bit % 8
    path.write_bytes(data)


@pytest.fixture
def datum(capfd, monkeypatch, tmp_path):
    """Runs the command in this process: exit code and standard output."""
    monkeypatch.setenv("DATUM_CONFIG", str(tmp_path / "user.toml"))

    def run(*words, folder):
        monkeypatch.chdir(folder)
        try:
            main([str(word) for word in words])
        except SystemExit as ended:
            return ended.code, capfd.readouterr().out
        raise AssertionError("main returned")

    return run


def test_nothing_to_repair(large):
    """Where nothing is wrong, nothing is done."""
    records = large.session.log.tail()
    repaired = mended(large)
    assert repaired.done == ()
    assert repaired.checked.sound
    assert opened(large).session.log.tail() == records


@pytest.mark.parametrize("how", ["deleted", "garbage", "wrong places"])
def test_an_index_is_made_again(large, item, how):
    """Deleted, garbage, or sound LMDB that says wrong things: all of it is made anew."""
    index = large.root / ".datum/index"
    whole = readable(large)
    if how == "deleted":
        shutil.rmtree(index)
    elif how == "garbage":
        (index / "data.mdb").write_bytes(b"garbage" * 1000)
    else:
        environment = large.session.store._environment  # noqa: SLF001 (to damage what is in it)
        table = environment.table(b"objects")

        def mix(transaction):
            rows = list(transaction.cursor(db=table))
            for (key, _), (_, value) in zip(rows, rows[1:] + rows[:1], strict=True):
                transaction.put(key, value, db=table)

        environment.write(mix)
        assert not check(opened(large).session).sound
    repaired = repair(opened(large).session)
    assert repaired.checked.sound
    assert readable(opened(large)) == whole


@pytest.mark.parametrize("cut", [1, 70])
def test_a_footer_is_made_again(large, cut):
    """The frames give the very same pack back."""
    whole = readable(large)
    for path in packs_of(large)[-2:]:
        data = path.read_bytes()
        path.write_bytes(data[:-cut])
        repaired = mended(large)
        assert repaired.checked.sound
        assert len(repaired.done) == 1
        assert path.read_bytes() == data
    assert readable(opened(large)) == whole


def test_a_flipped_bit_costs_its_frame(large, datum):
    """Sound objects move to a new pack; the items that are lost are named, with exit code 1."""
    whole = readable(large)
    [*_, pack] = packs_of(large)
    flip(pack, 8 * (pack.stat().st_size // 3))
    left = readable(opened(large))
    assert len(whole) / 6 < len(left) < len(whole)
    code, said = datum("fsck", "--repair", folder=large.root)
    assert code == 1
    lost = {key for _, key in whole.keys() - left.keys()}
    named = {
        line.split("image of ")[1].split(" ")[0] for line in said.splitlines() if "image" in line
    }
    assert named <= {f"{subset}/{name}" for subset, name in lost}
    assert named
    assert not pack.exists()
    assert [one.name for one in (large.root / ".datum/store/quarantine").iterdir()] != []
    assert readable(opened(large)) == left
    assert check(opened(large).session).faults == ()
    assert mended(large).done == ()
    collect_garbage(opened(large).session, grace=0)
    assert readable(opened(large)) == left


@pytest.mark.parametrize("share", [0, 0.4])
def test_a_truncated_pack_keeps_what_is_left(large, share):
    """Whatever is left of each pack stays readable, and the pack put back makes all of it whole."""
    whole = readable(large)
    for path in packs_of(large)[-2:]:
        data = path.read_bytes()
        path.write_bytes(data[: int(len(data) * share)])
        repaired = mended(large)
        assert repaired.checked.faults == ()
        assert repaired.checked.hurt
        path.write_bytes(data)
        assert mended(large).checked.sound
        assert readable(opened(large)) == whole


def test_a_deleted_pack(large):
    """Nothing can be made of it: what it held is named until the file is put back."""
    whole = readable(large)
    for path in packs_of(large)[-2:]:
        path.rename(large.root / "aside")
        repaired = mended(large)
        assert [fault.reason for fault in repaired.checked.faults] == ["pack is missing"]
        assert repaired.checked.hurt
        (large.root / "aside").rename(path)
        assert mended(large).checked.sound
    assert readable(opened(large)) == whole


def test_a_deleted_pack_that_nothing_needs(large, item):
    """It is given up, and the project is sound again."""
    old = set(packs_of(large))
    with large.edit("too much") as edit:
        for number in range(120):
            edit.put(item(f"x{number:03}", number + 7, size=1100))
    undo(large.session)
    whole = readable(large)
    for path in set(packs_of(large)) - old:
        path.unlink()
    repaired = mended(large)
    assert repaired.checked.sound
    assert readable(opened(large)) == whole


@pytest.mark.parametrize("damage", ["delete", "flip", "truncate"])
def test_a_source_gives_back_what_was_lost(project, small_coco, tmp_path, damage):
    """Pictures, items and annotations that a source still has are read from there again."""
    pictures = {f"n{n:04}": b"%d" % n * 90 for n in range(500)} | {"big": b"big" * 400_000}
    project.add(small_coco(tmp_path / "coco", pictures), "coco", "coco")
    project.commit("read")
    whole = readable(project)
    objects, media = packs_of(project)[-2:]
    flip(objects, 8 * 200)  # in the first frame: the commits are in the last
    for path in [media, *(project.root / ".datum/store").glob("blobs/*/*")]:
        if damage == "delete":
            path.unlink()
        elif damage == "flip":
            flip(path, 4 * path.stat().st_size)
        else:
            path.write_bytes(path.read_bytes()[:1000])
    assert len(readable(opened(project))) < len(whole)
    repaired = mended(project)
    assert repaired.checked.sound, repaired
    assert any("source coco" in line for line in repaired.done)
    assert readable(opened(project)) == whole


def test_a_damaged_head(large, datum):
    """HEAD is on main again."""
    (large.root / ".datum/HEAD").write_bytes(b"\xff\0")
    code, said = datum("fsck", "--repair", folder=large.root)
    assert code == 0
    assert "HEAD" in said
    assert opened(large).session.head.ref == "heads/main"


def records_of(project):
    return sorted((project.root / ".datum/store/log").glob("*/*"))


DAMAGE = {
    "flipped": lambda path, draw: flip(path, draw.randrange(8 * path.stat().st_size)),
    "truncated": lambda path, draw: path.write_bytes(
        path.read_bytes()[: draw.randrange(path.stat().st_size)]
    ),
    "deleted": lambda path, _: path.unlink(),
}


@pytest.mark.parametrize("how", DAMAGE)
def test_a_damaged_record_of_the_log(large, how, rounds):
    """Whichever it is, refs are where they were or their commits have a branch; all is readable."""
    whole, refs = readable(large), large.session.refs.all()
    store = large.root / ".datum/store"
    shutil.copytree(store, large.root / "copy")
    draw = random.Random(5)  # noqa: S311 (a repeatable series, no secret)
    last = len(records_of(large)) - 1
    if how == "deleted":
        last -= 1  # that the last one is missing cannot be told
    for number in range(last + 1) if rounds > 1 else (0, 5, last):
        opened(large).session.learn()
        DAMAGE[how](records_of(large)[number], draw)
        without_index = number % 2
        if without_index:  # where the small packs of records are kept a second time
            shutil.rmtree(large.root / ".datum/index", ignore_errors=True)
        assert not check(opened(large).session).sound
        repaired = repair(opened(large).session)
        assert repaired.checked.faults == (), (number, repaired)
        after = opened(large)
        found = after.session.refs.all()
        if number < last:
            assert refs["heads/main"] == found["heads/main"]
        gone = {oid for oid in refs.values() if oid not in found.values()}
        for oid in gone:
            assert without_index, (number, gone, refs, repaired.done)
            assert any(oid.hex() in line for line in repaired.done), number
        if repaired.checked.sound and not gone:
            assert whole.items() <= readable(after).items()
        assert repair(opened(large).session).done == ()
        shutil.rmtree(store)
        shutil.copytree(large.root / "copy", store)
        shutil.rmtree(large.root / ".datum/index")
    assert readable(opened(large)) == whole


def test_a_commit_that_only_a_missing_record_knew(project, datum):
    """It gets a branch, and the line about it says how the current branch goes there."""
    whole = readable(project)
    for record in records_of(project)[2:]:
        record.unlink()
    two = Project.open(project.root).session.head_commit()
    create_tag(Project.open(project.root).session, "v1", message="after it")
    records_of(project)[1].unlink()
    code, said = datum("fsck", "--repair", folder=project.root)
    assert code == 0
    branch = f"recovered-{two.hex()[:8]}"
    assert f"`datum reset {branch}` puts the current branch there" in said
    assert datum("reset", branch, folder=project.root)[0] == 0
    assert opened(project).session.head_commit() == two
    assert readable(opened(project)).items() <= whole.items()


class _StoppedError(Exception):
    pass


@pytest.fixture
def stop_after(monkeypatch):
    """Sets after how many more file operations of stores the next one fails."""
    left = [10_000]

    def counted(name):
        real = getattr(LocalFiles, name)

        def call(self, *words):
            left[0] -= 1
            if left[0] < 0:
                raise _StoppedError
            return real(self, *words)

        monkeypatch.setattr(LocalFiles, name, call)

    for name in ("publish", "put_new", "delete"):
        counted(name)

    def choose(number):
        left[0] = number

    return choose


def _ends(project):
    try:
        repair(opened(project).session)
    except _StoppedError:
        return False
    return True


def test_a_repair_that_is_cut_short(large, stop_after):
    """After any number of its file operations, repairing once more leads to the same refs."""
    refs = large.session.refs.all()
    flip(records_of(large)[4], 8 * 60)
    flip(packs_of(large)[-1], 8 * 5000)
    store = large.root / ".datum/store"
    shutil.copytree(store, large.root / "copy")
    for calls in range(1000):
        stop_after(calls)
        ended = _ends(large)
        stop_after(10_000)
        repaired = repair(opened(large).session)
        assert repaired.checked.faults == (), calls
        assert refs.items() <= opened(large).session.refs.all().items(), calls
        if ended:
            break
        shutil.rmtree(store)
        shutil.copytree(large.root / "copy", store)
    assert calls > 10
