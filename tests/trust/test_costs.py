"""What each command costs in the store is on the page docs/costs.md, for two sizes of a dataset."""

import json
import os
import random
import re
import signal
from pathlib import Path

import pytest
from msgspec.structs import replace

from datum.cli.main import main
from datum.objects.files import LocalFiles
from datum.objects.reading import DiskReader
from datum.project.project import Project

PAGE = Path(__file__).parents[2] / "docs/costs.md"
SIZES = (400, 4000)
CALLS = ("get", "put_new", "publish", "list", "delete", "remove_old")

ROW = re.compile(r"\| `(?:datum |project\.)(.+?)`.*?\| ([\d ]+) \| ([\d ]+) \| ([\d ]+) \|")


def limits():
    """By command: bytes written, calls of the store's files, objects read, at most."""
    rows = ROW.findall(PAGE.read_text(encoding="utf-8"))
    return {name: tuple(int(one.replace(" ", "")) for one in rest) for name, *rest in rows}


class Measured:
    """A project of so many images, and what commands cost there."""

    def __init__(self, folder, count, monkeypatch):
        self.folder = folder
        self.calls, self.read = [], []
        self.time = 1_600_000_000
        self._count(monkeypatch)
        draw = random.Random(5)  # noqa: S311 (a repeatable series, no secret)
        images = [
            {"id": n, "file_name": f"{n:08}.jpg", "width": 640, "height": 480}
            for n in range(1, count + 1)
        ]
        boxes = [
            {"id": n, "image_id": 1 + n % count, "category_id": 1, "area": 12, "iscrowd": 0}
            | {"bbox": [draw.randrange(600), draw.randrange(400), 3, 4]}
            for n in range(1, 3 * count + 1)
        ]
        names = [{"id": 1, "name": "cat"}]
        self.value = {"images": images, "annotations": boxes, "categories": names}
        self.path = folder / "coco/annotations/instances_train.json"
        self.path.parent.mkdir(parents=True)
        self.draw = draw
        self.save()

    def save(self):
        """Write the annotations, with times old enough to be trusted."""
        self.path.write_text(json.dumps(self.value))
        for place in (self.path, self.path.parent, self.path.parent.parent):
            os.utime(place, (self.time, self.time))
        self.time += 1

    def edit(self):
        """Move ten boxes anywhere."""
        for box in self.draw.sample(self.value["annotations"], 10):
            box["bbox"][0] += 1
        self.save()

    def cost(self, *words):
        """What a command costs: bytes written into the store, calls of its files, objects read."""
        return self.cost_of(lambda: self._run(words))

    def cost_of(self, work):
        """The same of anything."""
        before = self._size()
        self.calls.clear()
        self.read.clear()
        work()
        return self._size() - before, len(self.calls), len(self.read)

    def edit_items(self):
        """Remove a box from ten items anywhere, through the Python interface."""
        project = Project.open(self.folder / "p")
        dataset = project.dataset()
        with project.edit("ten items") as edit:
            for image in self.draw.sample(self.value["images"], 10):
                item = dataset["train", image["file_name"].removesuffix(".jpg")]
                edit.put(replace(item, annotations=item.annotations[1:]))

    def _run(self, words):
        handlers = {one: signal.getsignal(one) for one in (signal.SIGPIPE, signal.SIGTERM)}
        with pytest.raises(SystemExit) as ended:
            main(list(words))
        for number, handler in handlers.items():
            signal.signal(number, handler)
        assert not ended.value.code, words

    def _size(self):
        store = self.folder / "p/.datum/store"
        return sum(path.stat().st_size for path in store.rglob("*") if path.is_file())

    def _count(self, monkeypatch):
        for name in CALLS:
            real = getattr(LocalFiles, name)

            def counted(files, *words, _real=real, _name=name):
                self.calls.append(_name)
                return _real(files, *words)

            monkeypatch.setattr(LocalFiles, name, counted)
        entry = DiskReader._entry  # noqa: SLF001 (the one place that every read goes through)

        def read(reader, oid, found):
            self.read.append(oid)
            return entry(reader, oid, found)

        monkeypatch.setattr(DiskReader, "_entry", read)


@pytest.fixture(scope="module")
def costs(tmp_path_factory):
    """By size and command what it cost."""
    found = {}
    for count in SIZES:
        folder = tmp_path_factory.mktemp("costs")
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("DATUM_CONFIG", str(folder / "user.toml"))
            patch.chdir(folder)
            world = Measured(folder, count, patch)
            found[count] = measured = {}
            measured["import"] = world.cost("import", "-i", "coco", "-f", "coco", "-o", "p", "-q")
            patch.chdir(folder / "p")
            measured["status"] = world.cost("status", "-q")
            world.edit()
            measured["commit"] = world.cost("commit", "-m", "ten boxes", "-q")
            measured["edit"] = world.cost_of(world.edit_items)
            measured["diff"] = world.cost("diff", "HEAD~2", "HEAD~1")
            measured["log"] = world.cost("log")
            measured["branch"] = world.cost("branch", "side", "HEAD~1")
            measured["switch"] = world.cost("switch", "side", "-q")
            world.cost("switch", "main", "-q")
            measured["tag"] = world.cost("tag", "v1")
            measured["undo"] = world.cost("undo")
    return found


COMMANDS = ("status", "edit", "diff", "log", "branch", "switch", "tag", "undo")


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_costs_what_the_page_says(costs, command, size):
    """Not more, whatever the size of the dataset; and not so much less that the page says nothing."""
    for found, limit in zip(costs[size][command], limits()[command], strict=True):
        assert found <= limit, (costs[size][command], limits()[command])
        assert found * 6 >= limit, (costs[size][command], limits()[command])


def test_costs_follow_the_change(costs):
    """Ten times the images: the same ten edits cost the same, but for the depth of a tree."""
    small, large = (costs[size] for size in SIZES)
    for command in COMMANDS:
        for one, other in zip(small[command], large[command], strict=True):
            assert other <= 2.5 * one, (command, small[command], large[command])


@pytest.mark.parametrize(("command", "by_image"), [("import", (0,)), ("commit", (2,))])
def test_what_looks_at_everything_costs_what_the_page_says(costs, command, by_image):
    """What grows with the dataset is said for each image; the rest does not grow."""
    for size in SIZES:
        limit = [one * (size if n in by_image else 1) for n, one in enumerate(limits()[command])]
        for found, most in zip(costs[size][command], limit, strict=True):
            assert most / 6 <= found <= most, (costs[size][command], limit)


def test_the_page_is_about_these_commands():
    """No row is left that nothing measures."""
    assert set(limits()) == {*COMMANDS, "import", "commit"}
