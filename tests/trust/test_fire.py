"""Under fire: whole commands are killed at random moments; nothing is lost, and a repeat succeeds.

A short run is part of the suite. ``DATUM_TRUST_ROUNDS=10`` makes it ten times as long (240 kills).
"""

import json
import os
import random
import signal
import sys
import time
from multiprocessing import get_context

from datum.cli.main import main
from datum.project.care import check
from datum.project.project import Project
from datum.testing.datasets import image_bytes

FORK = get_context("fork")
KILLS = 24
NOTHING_LEFT = 50
"""Exit code of commands whose work was done, or has nothing to be done to: ``nothing to commit``."""


def _write_source(folder, draw, count=12):
    """A COCO dataset of small pictures whose boxes are drawn anew each time."""
    (folder / "annotations").mkdir(parents=True, exist_ok=True)
    (folder / "images/train").mkdir(parents=True, exist_ok=True)
    images, boxes = [], []
    for number in range(1, count + 1):
        path = folder / "images/train" / f"{number:02}.jpg"
        if not path.exists():
            path.write_bytes(image_bytes(".jpg", 24, 32, number))
        images.append({"id": number, "file_name": path.name, "width": 32, "height": 24})
        box = [draw.randrange(16), draw.randrange(12), 5, 7]
        row = {"id": number, "image_id": number, "category_id": 1 + number % 2, "iscrowd": 0}
        boxes.append({**row, "bbox": box, "area": 35})
    names = [{"id": 1, "name": "cat"}, {"id": 2, "name": "dog"}]
    value = {"images": images, "annotations": boxes, "categories": names}
    (folder / "annotations/instances_train.json").write_text(json.dumps(value))


class World:
    """A project with a source and a working copy, and what is known of it for certain."""

    def __init__(self, root, draw):
        self.root = root
        self.draw = draw
        self.commits = {}
        self.took = {}
        self.killed = 0
        self.number = 0
        _write_source(root / "coco", draw)
        self.does("create", "-o", ".")
        self.does("add", "coco", "-f", "coco")
        self.does("commit", "-m", "first")
        self.does("branch", "side")
        self.does("switch", "side")
        self.does("transform", "-t", "rename", "--", "--regex", "|^0|side-|")
        self.does("switch", "main")
        self.does("checkout", "main", "--into", "work", "-f", "yolo_ultralytics")
        self.learn()

    def run(self, words, *, kill_after=None):
        """Run a command in a process of its own; its exit code, negative where it was killed."""
        child = FORK.Process(target=_command, args=(self.root, words))
        start = time.monotonic()
        child.start()
        child.join(kill_after)
        if kill_after is not None:
            child.kill()
            child.join()
        if child.exitcode >= 0:
            self.took[words[0]] = time.monotonic() - start
        return child.exitcode

    def does(self, *words):
        """Run a command that has to succeed."""
        assert self.run(words) == 0, (words, (self.root / "said").read_text())

    def fires(self, words, codes=()):
        """Kill a command, see that everything is whole, and repeat it."""
        took = self.took.get(words[0], 0.1)
        ended = self.run(words, kill_after=self.draw.random() * 1.1 * took)
        if ended == -signal.SIGKILL:
            self.killed += 1
        else:
            assert ended == 0, (words, ended, (self.root / "said").read_text())
        self.is_whole(words)
        again = self.run(words)
        # what was done before the kill cannot be done twice
        assert again in {0, *codes}, (words, again, (self.root / "said").read_text())
        self.is_whole(words)
        self.learn()

    def open(self):
        return Project.open(self.root)

    def is_whole(self, words):
        """Everything that is led to can be read, and says what it said."""
        project = self.open()
        found = check(project.session)
        assert found.sound, (words, found.faults, found.hurt)
        for oid in self.commits.keys() & self._led_to(project):
            assert _summary(project, oid) == self.commits[oid], words

    def learn(self):
        """Take note of all commits that there are."""
        project = self.open()
        for oid in self._led_to(project) - self.commits.keys():
            self.commits[oid] = _summary(project, oid)

    @staticmethod
    def _led_to(project):
        heads = project.session.refs.all("heads/").values()
        return {oid for tip in heads for oid, _ in project.log(tip.hex())}


def _summary(project, oid):
    dataset = project.session.dataset(oid)
    return [
        (item.key, item.annotations, [project.load(one) for one in item.media]) for item in dataset
    ]


def _command(root, words):
    os.chdir(root)
    os.environ["DATUM_CONFIG"] = str(root / "user.toml")
    sys.stdout = sys.stderr = (root / "said").open("w")
    main(list(words))


# Each shot prepares something to do, kills the command that does it, and repeats it.


def _add(world):
    _write_source(world.root / f"more{world.number}", world.draw, 6)
    world.fires(
        ("add", f"more{world.number}", "-f", "coco", "-n", f"more{world.number}"), {NOTHING_LEFT}
    )
    world.does("remove", "-n", f"more{world.number}")


def _commit(world):
    _write_source(world.root / "coco", world.draw)
    world.fires(("commit", "-m", f"shot {world.number}", "--prefer", "theirs"), {NOTHING_LEFT})


def _transform(world):
    world.fires(
        ("transform", "-t", "random_split", "-o", "split", "--", "--seed", str(world.number)),
        {NOTHING_LEFT},
    )


def _filter(world):
    world.fires(
        ("filter", "-e", "/item/annotation[w>4]", "-m", "i+a", "-o", "small", "--overwrite"),
        {NOTHING_LEFT},
    )


def _switch(world):
    for name in ("side", "main"):
        world.fires(("switch", name))
        _shows_its_branch(world)


def _working(world):
    path = next((world.root / "work").rglob("labels/**/*.txt"))
    path.write_text("0 0.5 0.5 0.25 0.25\n")
    world.fires(("commit", "-m", f"edit {world.number}"), {NOTHING_LEFT})
    world.fires(("checkout",))
    _shows_its_branch(world)


def _check_out(world):
    name = f"copy{world.number}"
    world.fires(("checkout", "main", "--into", name, "-f", "coco"))
    _shows_its_branch(world)
    world.does("checkout", "--forget", name)


def _gc(world):
    world.does("transform", "-t", "random_split", "-o", "split", "--", "--seed", f"{world.number}")
    world.does("undo")
    world.fires(("gc", "--grace", "0"))


def _export(world):
    out = world.root / "out"
    if not out.exists():
        world.does("export", "-f", "voc", "-o", "out", "--save-media")
    (out / "marker").touch()
    before = _files(out)
    words = ("export", "-f", "voc", "-o", "out", "--save-media", "--overwrite")
    world.run(words, kill_after=world.draw.random() * world.took["export"])
    left = _files(out)
    world.does(*words)
    assert left in (before, _files(out))


def _convert(world):
    world.fires(
        ("convert", "-i", "coco", "-if", "coco", "-f", "voc", "-o", "converted", "--overwrite")
    )


def _undo(world):
    world.does("tag", f"t{world.number}")
    world.fires(("undo",), {NOTHING_LEFT})
    world.fires(("redo",), {NOTHING_LEFT})


def _import(world):
    other = world.root / "other"
    world.fires(("import", "-i", "coco", "-f", "coco", "-o", "other", "--overwrite"))
    assert check(Project.open(other).session).sound
    world.fires(("filter", "-e", "/item", "-o", "sub/", "--overwrite"))
    assert check(Project.open(world.root / "sub").session).sound


def _repair(world):
    packs = sorted((world.root / ".datum/store/packs").rglob("*.pack"))
    pack = world.draw.choice(packs)
    data = pack.read_bytes()
    pack.write_bytes(data[:-7])
    world.run(("fsck", "--repair"), kill_after=world.draw.random() * 0.1)
    world.does("fsck", "--repair")
    assert pack.read_bytes() == data
    world.is_whole("fsck")


def _shows_its_branch(world):
    """No working copy has anything that could be taken for an edit."""
    status = world.open().status()
    assert not [
        one for one in status.pending if one.kind == "working copy" and (one.changed or one.error)
    ]


def _files(folder):
    return {
        path.relative_to(folder): path.read_bytes() for path in folder.rglob("*") if path.is_file()
    }


SHOTS = (
    _add,
    _commit,
    _transform,
    _filter,
    _switch,
    _working,
    _check_out,
    _gc,
    _export,
    _convert,
    _undo,
    _import,
    _repair,
)


def test_commands_that_are_killed(tmp_path, rounds):
    """After each kill everything is whole, and the same command once more succeeds."""
    world = World(tmp_path / "world", random.Random(11))  # noqa: S311 (a repeatable series, no secret)
    shots = 0
    while world.killed < KILLS * rounds:
        world.number = shots
        SHOTS[shots % len(SHOTS)](world)
        shots += 1
    assert check(world.open().session).sound
