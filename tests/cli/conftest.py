"""The command line in-process, and a small project to use it on."""

import json
import shutil
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from datum.cli.main import main
from datum.testing.datasets import image_bytes


class Result(NamedTuple):
    """What a command left behind."""

    code: int
    out: str
    err: str
    raw: bytes

    @property
    def json(self) -> Any:
        """Standard output as JSON."""
        return json.loads(self.out)

    @property
    def lines(self) -> list[str]:
        """The lines of standard output."""
        return self.out.splitlines()


Datum = Callable[..., Result]


def write_coco(folder: Path, *, cat: float = 1, extra: bool = False) -> Path:
    """Three images, two labels, three boxes; the box of the cat begins at *cat*."""
    (folder / "annotations").mkdir(parents=True, exist_ok=True)
    (folder / "images" / "train").mkdir(parents=True, exist_ok=True)
    images = []
    for number, name in enumerate("abc"):
        path = folder / "images" / "train" / f"{name}.jpg"
        if not path.exists():
            path.write_bytes(image_bytes(".jpg", 6, 8, number))
        images.append({"id": number + 1, "file_name": path.name, "width": 8, "height": 6})
    boxes = [(1, 1, [cat, 1, 3, 2]), (1, 2, [0, 0, 2, 2]), (3, 2, [2, 1, 2, 2])]
    if extra:
        boxes.append((2, 1, [1, 1, 2, 2]))
    annotations = [
        {"id": n + 1, "image_id": image, "category_id": label, "bbox": box, "iscrowd": 0}
        | {"area": box[2] * box[3]}
        for n, (image, label, box) in enumerate(boxes)
    ]
    categories = [{"id": 1, "name": "cat"}, {"id": 2, "name": "dog"}]
    data = {"images": images, "categories": categories, "annotations": annotations}
    path = folder / "annotations" / "instances_train.json"
    path.write_text(json.dumps(data))
    return folder


@pytest.fixture
def datum(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsysbinary: pytest.CaptureFixture[bytes]
) -> Datum:
    """Run a command line in an empty folder: exit code, standard output, standard error."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DATUM_CONFIG", str(tmp_path / "user.toml"))
    monkeypatch.setenv("DATUM_AUTHOR_NAME", "Ada")
    monkeypatch.setenv("DATUM_AUTHOR_EMAIL", "ada@example.org")
    monkeypatch.delenv("NO_COLOR", raising=False)
    before = signal.getsignal(signal.SIGPIPE)

    def run(*words: object, code: int | None = 0) -> Result:
        with pytest.raises(SystemExit) as ended:
            main([str(word) for word in words])
        signal.signal(signal.SIGPIPE, before)
        out, err = capsysbinary.readouterr()
        found = int(ended.value.code or 0)
        result = Result(found, out.decode("utf-8", "replace"), err.decode(), out)
        assert code is None or found == code, f"{words}: {result.out}{result.err}"
        return result

    return run


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project with a COCO source and two commits, the second of which moved a box."""
    from datum.project.project import Project
    from datum.refs.commits import Identity

    root = tmp_path_factory.mktemp("template") / "project"
    author = Identity("Ada", "ada@example.org")
    project = Project.create(root, author=author, command="datum test")
    project.add(write_coco(root / "coco"), "coco")
    project.commit("first")
    write_coco(root / "coco", cat=2)
    project.commit("move the cat\n\nIt was off.")
    return root


@pytest.fixture
def project(datum: Datum, template: Path, tmp_path: Path) -> Datum:
    """The commands, in a project of one's own with two commits."""
    shutil.copytree(template, tmp_path, dirs_exist_ok=True)
    return datum


@pytest.fixture
def coco(tmp_path: Path) -> Callable[..., Path]:
    """Write the COCO dataset, or change it: see :func:`write_coco`."""
    return lambda **changes: write_coco(tmp_path / "coco", **changes)
