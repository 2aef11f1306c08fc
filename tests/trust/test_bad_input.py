"""Bad input ends in one clear line and the documented code, and changes nothing."""

import json
import os
import signal
import subprocess
import sys
import time

import pytest

from datum.cli.exit_codes import EXIT_CODES
from datum.cli.main import main
from datum.errors import (
    CorruptObjectError,
    DetectionError,
    FormatError,
    LossError,
    MediaError,
    OutputExistsError,
    ProjectError,
    RefNameError,
    RevisionError,
    StoreError,
    StoreVersionError,
    UnknownNameError,
    UsageError,
)
from datum.project.care import check
from datum.project.project import Project

LAUGHS = (
    '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">'
    + "".join(
        f'<!ENTITY {b} "{f"&{a};" * 10}">' for a, b in zip("abcdefgh", "bcdefghi", strict=True)
    )
    + "]><annotations><image id='0' name='&i;' width='1' height='1'/></annotations>"
)


@pytest.fixture
def datum(capfd, monkeypatch, tmp_path):
    """Runs the command in this process: exit code, standard output, standard error."""
    monkeypatch.setenv("DATUM_CONFIG", str(tmp_path / "user.toml"))

    def run(*words, folder=tmp_path):
        monkeypatch.chdir(folder)
        before = {one: signal.getsignal(one) for one in (signal.SIGPIPE, signal.SIGTERM)}
        try:
            main([str(word) for word in words])
        except SystemExit as ended:
            code = ended.code
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)
        said = capfd.readouterr()
        return code, said.out, said.err

    return run


@pytest.fixture
def taken(project, small_coco, tmp_path):
    """The project with a source in it that was committed."""
    project.add(small_coco(tmp_path / "good", {"a": b"1", "b": b"2"}), "coco", "good")
    project.commit("good")
    return project


def _state(project):
    """Every byte of the project's own files but the index, which can be made again."""
    folder = project.root / ".datum"
    files = (path for path in sorted(folder.rglob("*")) if path.is_file())
    return {path: path.read_bytes() for path in files if path.parent != folder / "index"}


def _refused(datum, project, words, kinds, mentions=()):
    """Run a command that has to fail with one of some errors, and leave everything as it was."""
    before = _state(project)
    code, _, err = datum(*words, folder=project.root)
    lines = err.strip().splitlines()
    assert code in {EXIT_CODES[kind] for kind in kinds}, (code, err)
    errors = [line for line in lines if line.startswith("error: ")]
    assert errors, err
    assert len(lines) <= 2 * len(errors) + 1, err
    assert "Traceback" not in err
    assert len(errors[0]) < 400, err
    for mention in mentions:
        assert mention in err, err
    assert _state(project) == before
    assert check(Project.open(project.root).session).sound
    return err


def _coco(**changes):
    value = {
        "images": [{"id": 1, "file_name": "a.jpg", "width": 64, "height": 48}],
        "annotations": [
            {
                "id": 1,
                "image_id": 1,
                "category_id": 1,
                "bbox": [1, 2, 3, 4],
                "area": 12,
                "iscrowd": 0,
            }
        ],
        "categories": [{"id": 1, "name": "cat"}],
    }
    return json.dumps({**value, **changes})


_IMAGE = {"id": 1, "file_name": "a.jpg", "width": 64, "height": 48}
_BOX = {"id": 1, "image_id": 1, "category_id": 1, "bbox": [1, 2, 3, 4], "area": 12, "iscrowd": 0}

FILES = {
    "empty": ("coco", "instances_train.json", b"", ("instances_train.json",)),
    "truncated": (
        "coco",
        "instances_train.json",
        _coco()[:-40].encode(),
        ("instances_train.json",),
    ),
    "not UTF-8": (
        "coco",
        "instances_train.json",
        b'{"images": ["\xff\xfe"]}',
        ("instances_train",),
    ),
    "a list": ("coco", "instances_train.json", b"[]", ("instances_train.json",)),
    "deep": ("coco", "instances_train.json", b"[" * 100_000, ("instances_train.json",)),
    "images of one id": (
        *("coco", "instances_train.json"),
        _coco(images=[_IMAGE, {**_IMAGE, "file_name": "b.jpg"}]).encode(),
        ("1",),
    ),
    "NaN": (
        *("coco", "instances_train.json"),
        _coco(annotations=[{**_BOX, "bbox": [float("nan"), 1, 2, 3]}]).encode(),
        ("instances_train.json",),
    ),
    "unknown category": (
        *("coco", "instances_train.json"),
        _coco(annotations=[{**_BOX, "category_id": 7}]).encode(),
        ("7",),
    ),
    "path that leaves": (
        *("coco", "instances_train.json"),
        _coco(images=[{**_IMAGE, "file_name": "../../../etc/passwd"}]).encode(),
        ("../../../etc/passwd",),
    ),
    "annotation of no picture": (
        *("coco", "instances_train.json"),
        _coco(annotations=[{**_BOX, "image_id": 9}]).encode(),
        ("annotation 1", "image 9"),
    ),
    "categories of one id": (
        *("coco", "instances_train.json"),
        _coco(categories=[{"id": 1, "name": "cat"}, {"id": 1, "name": "dog"}]).encode(),
        ("instances_train.json", "1"),
    ),
    "infinity": (
        *("coco", "instances_train.json"),
        _coco(annotations=[{**_BOX, "bbox": [float("inf"), 1, 2, 3]}]).encode(),
        ("instances_train.json",),
    ),
    "a box of three numbers": (
        *("coco", "instances_train.json"),
        _coco(annotations=[{**_BOX, "bbox": [1, 2, 3]}]).encode(),
        ("annotation 1", "3 numbers"),
    ),
    "a width below zero": (
        *("coco", "instances_train.json"),
        _coco(images=[{**_IMAGE, "width": -5}]).encode(),
        ("image 1", "-5"),
    ),
    "half a surrogate": (
        *("coco", "instances_train.json"),
        _coco(images=[{**_IMAGE, "file_name": "\ud800.jpg"}]).encode(),
        ("instances_train.json",),
    ),
    "a name that is too long": (
        *("coco", "instances_train.json"),
        _coco(images=[{**_IMAGE, "file_name": "a" * 5000 + ".jpg"}]).encode(),
        ("4080",),
    ),
    "a whole path": (
        *("coco", "instances_train.json"),
        _coco(images=[{**_IMAGE, "file_name": "/etc/passwd"}]).encode(),
        ("/etc/passwd",),
    ),
    "mask of a huge picture": (
        *("coco", "instances_train.json"),
        _coco(
            images=[{**_IMAGE, "width": 10**10, "height": 10**10}],
            annotations=[
                {
                    **_BOX,
                    "iscrowd": 1,
                    "segmentation": {"size": [10**10, 10**10], "counts": [10**20]},
                }
            ],
        ).encode(),
        ("instances_train.json",),
    ),
    "billion laughs": ("cvat", "annotations.xml", LAUGHS.encode(), ("annotations.xml",)),
    "broken XML": ("cvat", "annotations.xml", b"<annotations><image", ("annotations.xml",)),
    "not XML": ("cvat", "annotations.xml", b"\0\1\2", ("annotations.xml",)),
    "datumaro, truncated": ("datumaro", "train.json", b'{"items": [{"id": "a"', ("train.json",)),
    "a record of noise": ("tf_detection_api", "train.tfrecord", b"\xff" * 64, ("train.tfrecord",)),
}


@pytest.mark.parametrize("name", FILES)
def test_a_file_that_is_not_its_format(datum, taken, tmp_path, name):
    """The error names the file, and no part of the dataset is taken in."""
    format_name, file_name, data, mentions = FILES[name]
    folder = tmp_path / "bad"
    inside = folder / "annotations" if format_name in ("coco", "datumaro") else folder
    inside.mkdir(parents=True)
    (inside / file_name).write_bytes(data)
    words = ("add", "path", folder, "-f", format_name)
    said = _refused(datum, taken, words, (FormatError, DetectionError), mentions)
    assert "hint: " in said


def test_a_width_of_ten_gigabytes_allocates_nothing(datum, taken, tmp_path):
    """A picture said to be enormous is a number, or an error; memory is not asked for it."""
    folder = tmp_path / "bad" / "annotations"
    folder.mkdir(parents=True)
    image = {**_IMAGE, "width": 10**10, "height": 1}
    (folder / "instances_train.json").write_text(_coco(images=[image]))
    code, _, err = datum("add", "path", folder.parent, "-f", "coco", folder=taken.root)
    assert code in (0, 20), err
    assert "Traceback" not in err
    assert check(Project.open(taken.root).session).sound


def test_the_line_of_a_broken_file_is_named(datum, taken, tmp_path):
    """Where a file is broken at a line, that line is in the error."""
    folder = tmp_path / "bad"
    folder.mkdir()
    (folder / "annotations.xml").write_text("<annotations>\n<image id='0'>\n</annotations>\n")
    _refused(datum, taken, ("add", folder, "-f", "cvat"), (FormatError,), ("annotations.xml:3",))


def test_an_edit_that_breaks_a_source(datum, taken, tmp_path):
    """The next commit names the file and leaves the branch; mended, it goes through."""
    path = tmp_path / "good" / "annotations" / "instances_train.json"
    good = path.read_text()
    path.write_text(good[:-30])
    _refused(datum, taken, ("commit", "-m", "x"), (FormatError,), ("instances_train.json",))
    code, out, err = datum("status", folder=taken.root)
    assert code == 0
    assert "instances_train.json" in out + err
    path.write_text(good.replace("64", "65"))
    assert datum("commit", "-m", "mended", folder=taken.root)[0] == 0


def test_what_is_not_there(datum, taken, tmp_path):
    """Missing paths, formats, transforms, revisions, options: what was meant is suggested."""
    datum("tag", "v0", "HEAD~2", folder=taken.root)
    refused = [
        (
            ("add", "path", tmp_path / "absent", "-f", "coco"),
            (ProjectError, FormatError),
            ("absent",),
        ),
        (
            ("add", "path", tmp_path / "good", "-f", "cocoo"),
            (UnknownNameError,),
            ("did you mean coco",),
        ),
        (
            ("add", "path", tmp_path / "good", "-n", "../x", "-f", "coco"),
            (RefNameError,),
            ("../x",),
        ),
        (
            ("add", "path", tmp_path / "good", "-f", "coco", "-n", "good"),
            (ProjectError,),
            ("good",),
        ),
        (("transform", "-t", "renam"), (UnknownNameError,), ("rename",)),
        (("diff", "mian", "HEAD"), (RevisionError,), ("main",)),
        (("switch", "mian"), (UnknownNameError,), ("main",)),
        (("log", "0123456789"), (RevisionError,), ("0123456789",)),
        (("remove", "goood"), (UnknownNameError, UsageError), ("good",)),
        (("commit", "-m", "nothing"), (ProjectError,), ("nothing to commit",)),
        (("filter", "-e", "/item["), (UsageError,), ("/item[",)),
        (("add", ""), (UsageError,), ("PATH is empty",)),
        (("add", "path", "", "-f", "coco"), (UsageError,), ("empty",)),
        (("commit", "-m", ""), (UsageError,), ("empty",)),
        (("commit", "-m", " "), (UsageError,), ("the message is empty",)),
        (("export", "-f", "coco", "-o", ""), (UsageError,), ("--output-dir is empty",)),
        (("log", "HEAD~9"), (RevisionError,), ("only 3 commits before it",)),
        (("log", "v0~2"), (RevisionError,), ("only 1 commit before it",)),
        (("branch", "a b"), (RefNameError,), ("a b", "hint: ")),
        (("gc", "--grace", "nan"), (UsageError,), ("nan",)),
        (("undo", "--nosuch"), (UsageError,), ("--nosuch",)),
        (("export", "-f", "vocc", "-o", tmp_path / "out"), (UnknownNameError,), ("voc",)),
    ]
    for words, kinds, mentions in refused:
        _refused(datum, taken, words, kinds, mentions)
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("words", [("comit",), ("commit", "--mesage", "x"), ("diff", "--jsn")])
def test_words_that_no_command_knows(datum, taken, words):
    """A misspelt command or option is told what it may have meant."""
    before = _state(taken)
    code, _, err = datum(*words, folder=taken.root)
    assert code == EXIT_CODES[UsageError]
    assert "did you mean" in err.lower()
    assert "Traceback" not in err
    assert _state(taken) == before


def test_a_folder_that_is_no_project(datum, tmp_path):
    """Outside of a project the error says how to make or name one."""
    code, _, err = datum("status", "-p", tmp_path)
    assert code == EXIT_CODES[ProjectError]
    assert "datum create" in err
    (tmp_path / ".datum").mkdir()
    (tmp_path / ".datum/config.toml").write_text("[store]\npath = 'store'\n")
    code, _, err = datum("log")
    assert code in {EXIT_CODES[ProjectError], 30}
    assert err.startswith("error: ")


def test_a_store_of_the_future(datum, taken):
    """A store with rules that this version does not know is refused, not guessed at."""
    path = taken.root / ".datum/store/store.toml"
    text = path.read_text()
    for change in (("format = 1", "format = 2"), ("xxh3-128", "md5"), ("weibull", "other")):
        path.write_text(text.replace(*change))
        code, _, err = datum("log", folder=taken.root)
        assert code == EXIT_CODES[StoreVersionError], err
    path.write_text(text)


def test_places_that_the_system_refuses(datum, taken, tmp_path):
    """The place is named as it was typed, with what to do, and the code that is documented."""
    (tmp_path / "file").touch()
    before = _state(taken)
    for words, code, mention in (
        (("export", "-f", "coco", "-o", "/proc/x"), 69, "/proc/x: No such file"),
        (("export", "-f", "coco", "-o", tmp_path / "file/x"), 69, "file/x: File exists"),
        (("create", "-o", tmp_path / "file"), 50, "file: Not a directory"),
        (("create", "-o", "/proc/x"), 50, "/proc/x: No such file"),
        (("import", "-i", tmp_path / "good", "-f", "coco", "-o", "/dev/null"), 50, "/dev/null: "),
    ):
        found, _, err = datum(*words, folder=taken.root)
        assert found == code, err
        assert mention in err
        assert "hint: " in err
        assert len(err.splitlines()) == 2
    assert _state(taken) == before


FULL = """
import resource, signal, sys
from datum.cli.main import main
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[1]), int(sys.argv[1])))
main(sys.argv[2:])
"""


@pytest.mark.parametrize(
    ("limit", "words"),
    [
        (20_000, ("add", "../many", "-f", "coco")),
        (2_000, ("export", "-f", "coco", "-o", "../out", "--save-media")),
        (0, ("transform", "-t", "rename", "--", "--regex", "|^|a-|")),
        (2_000, ("checkout", "main", "--into", "../work", "-f", "coco")),
    ],
    ids=lambda value: value[0] if isinstance(value, tuple) else "",
)
def test_files_that_cannot_grow(project, small_coco, tmp_path, limit, words):
    """As on a full disk: one line that says so and what to do, and the project as it was."""
    pictures = {f"n{n}": b"%d" % n * 3000 for n in range(20)}
    project.add(small_coco(tmp_path / "good", pictures), "coco", "good")
    project.commit("good")
    small_coco(tmp_path / "many", {f"m{n}": b"m%d" % n * 3000 for n in range(20)})
    before = _state(project)
    environment = {**os.environ, "DATUM_CONFIG": str(tmp_path / "user.toml")}
    done = subprocess.run(  # noqa: S603 (our own program)
        [sys.executable, "-c", FULL, str(limit), *words],
        capture_output=True,
        text=True,
        check=False,
        cwd=project.root,
        env=environment,
    )
    assert done.returncode in {EXIT_CODES[StoreError], 69}, done.stderr
    lines = [line for line in done.stderr.splitlines() if line.startswith(("error: ", "hint: "))]
    assert len(lines) == 2, done.stderr
    assert "File too large" in lines[0]
    assert "Traceback" not in done.stderr
    assert _state(project) == before
    assert sorted(one.name for one in tmp_path.iterdir()) == ["good", "many", "project"]


def test_a_full_target(datum, taken, tmp_path):
    """A folder that is not empty is left alone; so is a file."""
    target = tmp_path / "out"
    target.mkdir()
    (target / "mine.txt").write_text("mine")
    words = ("export", "-f", "coco", "-o", target)
    _refused(datum, taken, words, (OutputExistsError,), ("--overwrite",))
    assert [one.name for one in target.iterdir()] == ["mine.txt"]
    _refused(
        datum, taken, ("export", "-f", "coco", "-o", target / "mine.txt"), (OutputExistsError,)
    )
    assert (target / "mine.txt").read_text() == "mine"


def test_a_picture_that_does_not_decode(datum, taken, tmp_path):
    """Where pixels are needed, the error names the picture, and nothing is left behind."""
    words = ("export", "-f", "coco", "-o", tmp_path / "out", "--save-media", "--image-ext", ".png")
    _refused(datum, taken, words, (MediaError,), ("jpg",))
    assert not (tmp_path / "out").exists()
    assert not [one for one in tmp_path.iterdir() if one.name.startswith(".datum-")]


def test_loss_under_strict(datum, taken, tmp_path):
    """What would be lost is refused before anything is written."""
    words = ("export", "-f", "image_dir", "-o", tmp_path / "out", "--strict")
    _refused(datum, taken, words, (LossError,), ("box",))
    assert not (tmp_path / "out").exists()


def test_damage_is_named_by_the_commands(datum, taken):
    """A damaged log record: its file, the class of the error, the command that says more."""
    path = max((taken.root / ".datum/store/log/0000").iterdir())
    data = path.read_bytes()
    path.write_bytes(data[:-1])
    code, _, err = datum("log", folder=taken.root)
    assert code == EXIT_CODES[CorruptObjectError]
    assert path.name in err
    assert "datum fsck" in err
    code, out, _ = datum("fsck", folder=taken.root)
    assert code == 1
    assert path.name in out
    path.write_bytes(data)
    assert datum("fsck", folder=taken.root)[0] == 0


SLOW = """
import sys, time
from datum.cli.main import main
from datum.outputs.folder import FolderOutput
real = FolderOutput.write
def write(self, path, data):
    real(self, path, data)
    print("writing", flush=True)
    time.sleep(20)
FolderOutput.write = write
real_stream = FolderOutput.stream
def stream(self, path, chunks):
    real_stream(self, path, chunks)
    print("writing", flush=True)
    time.sleep(20)
FolderOutput.stream = stream
main(sys.argv[1:])
"""


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_export_that_is_interrupted(taken, tmp_path, number):
    """Ctrl-C or a polite kill in the middle: one line, code 130 or 143, and nothing left behind."""
    before = _state(taken)
    words = ["export", "-p", str(taken.root), "-f", "coco", "-o", str(tmp_path / "out")]
    running = subprocess.Popen(  # noqa: S603 (our own program)
        [sys.executable, "-c", SLOW, *words],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert running.stdout.readline() == "writing\n"
    running.send_signal(number)
    _, err = running.communicate(timeout=60)
    assert running.returncode == 128 + number, err
    assert err.strip().startswith("error: ")
    assert "Traceback" not in err
    assert len(err.strip().splitlines()) <= 2
    assert not (tmp_path / "out").exists()
    assert not [one for one in tmp_path.iterdir() if one.name.startswith(".datum-")]
    assert _state(taken) == before


def test_ctrl_c_at_any_time(taken, small_coco, tmp_path, rounds):
    """Whenever it comes: one line at most, the code of an interrupt, and the project as it was."""
    pictures = {f"n{n}": b"picture %d" % n * 50 for n in range(300)}
    folder = small_coco(tmp_path / "many", pictures)
    words = [sys.executable, "-m", "datum", "add", "-p", str(taken.root), str(folder), "-f", "coco"]
    environment = {**os.environ, "DATUM_CONFIG": str(tmp_path / "user.toml")}
    for number in range(8 * rounds):
        before = taken.session.refs.all()
        running = subprocess.Popen(  # noqa: S603 (our own program)
            [*words, "-n", f"many{number}"],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=environment,
        )
        time.sleep(0.25 + 0.06 * (number % 8))
        running.send_signal(signal.SIGINT)
        _, err = running.communicate(timeout=60)
        assert check(Project.open(taken.root).session).sound
        if running.returncode == 0:
            continue
        assert running.returncode in (130, -signal.SIGINT), err
        assert "Traceback" not in err, err
        after = taken.session.refs.all()
        assert after == before or f"sources/many{number}" in after


def test_little_is_imported_before_ctrl_c_is_harmless():
    """Until an interrupt ends the process without a word, no slow module is loaded."""
    program = "import sys, datum.cli.entry; print({'typing', 'click', 'msgspec'} & {*sys.modules})"
    done = subprocess.run(  # noqa: S603 (our own program)
        [sys.executable, "-I", "-S", "-c", f"import sys; sys.path[:] = {sys.path!r}; {program}"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == "set()\n"
