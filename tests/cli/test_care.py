"""config, fsck, gc, completion."""

import json
from pathlib import Path

import pytest

from datum.testing.datasets import image_bytes


def test_config_sets_and_gets(project, tmp_path):
    """A setting of the project wins over one of the user."""
    assert project("config").out == ""
    project("config", "set", "user.name", "Grace", "--global")
    assert project("config", "user.name").out == "Grace\n"
    project("config", "user.name", "Ada Lovelace")
    assert project("config", "get", "user.name").out == "Ada Lovelace\n"
    assert project("config", "--global", "user.name").out == "Grace\n"
    listed = project("config", "list", "--show-origin").out
    assert listed == f"{tmp_path / '.datum/config.toml'}: user.name=Ada Lovelace\n"
    assert project("config", "--list", "--json").json["user.name"]["value"] == "Ada Lovelace"
    project("config", "--unset", "user.name")
    assert project("config", "user.name", "--json").json["origin"] == str(tmp_path / "user.toml")


def test_config_refuses(project):
    """Unknown settings, missing values, and settings of one project for all."""
    assert "did you mean user.name" in project("config", "get", "user.nam", code=3).err
    project("config", "set", "user.nam", "x", code=3)
    project("config", "set", "user.name", code=2)
    project("config", "get", code=0)
    project("config", "get", "user.name", code=1)
    project("config", "project.name", "x", "--global", code=2)
    project("config", "user.name", "a\nb", code=2)


def test_config_outside_of_a_project(datum):
    """The user's settings need none, the project's do."""
    datum("config", "--global", "user.email", "ada@example.org")
    assert datum("config", "user.email").out == "ada@example.org\n"
    datum("config", "user.email", "x@example.org", code=50)
    datum("config", "-p", "nowhere", code=50)


def test_config_is_the_author(project, monkeypatch):
    """What is set is who commits are by."""
    monkeypatch.delenv("DATUM_AUTHOR_NAME")
    monkeypatch.delenv("DATUM_AUTHOR_EMAIL")
    project("config", "user.name", "Grace")
    project("config", "user.email", "grace@example.org")
    project("revert", "HEAD")
    assert "author:   Grace <grace@example.org>" in project("show").out


def test_fsck_of_a_sound_store(project):
    """Nothing is wrong, and how much was looked at is said."""
    assert project("fsck").out.startswith("sound: 3 operations, ")
    assert project("fsck", "--fast", "--json").json["sound"] is True


@pytest.fixture
def packed(datum, tmp_path):
    """A project whose objects are in packs and whose media are files, in 60 items of one commit."""
    folder = tmp_path / "data"
    (folder / "annotations").mkdir(parents=True)
    (folder / "images/train").mkdir(parents=True)
    images, annotations = [], []
    for n in range(60):
        name = f"{n:03}.jpg"
        (folder / "images/train" / name).write_bytes(image_bytes(".jpg", 60, 80, n))
        images.append({"id": n + 1, "file_name": name, "width": 80, "height": 60})
        box = {"bbox": [1, 1, 3, 2 + n / 7], "area": 6, "iscrowd": 0}
        annotations.append({"id": n + 1, "image_id": n + 1, "category_id": 1, **box})
    data = {"images": images, "categories": [{"id": 1, "name": "cat"}], "annotations": annotations}
    (folder / "annotations/instances_train.json").write_text(json.dumps(data))
    datum("import", "-i", folder, "-o", ".", "-f", "coco")
    return datum


def packs(folder: Path) -> list[Path]:
    return sorted((folder / ".datum/store/packs").rglob("*.pack"))


def test_fsck_names_what_is_hurt(packed, tmp_path):
    """A damaged pack is named, with the commit and the items that need what it held."""
    [*_, pack] = sorted(packs(tmp_path), key=lambda path: path.stat().st_size)
    data = bytearray(pack.read_bytes())
    data[len(data) // 2] ^= 0xFF
    pack.chmod(0o644)
    pack.write_bytes(data)
    found = packed("fsck", "--json", code=1).json
    assert any(pack.name in fault["path"] for fault in found["faults"])
    assert found["hurt"]
    assert {hurt["commit"] for hurt in found["hurt"]}
    text = packed("fsck", code=1).out
    assert "commit " in text
    assert "train/" in text


def test_fsck_misses_a_pack(packed, tmp_path):
    """A pack that is gone is named, and so is what it held."""
    for pack in packs(tmp_path):
        pack.unlink()
    text = packed("fsck", "--fast", code=1).out
    assert "pack is missing" in text
    assert "faults: " in text


def test_fsck_of_a_damaged_log(project, tmp_path):
    """A torn record of the log is named; nothing else can be told then."""
    record = tmp_path / ".datum/store/log/0000/00000001"
    record.chmod(0o644)
    record.write_bytes(record.read_bytes()[:-1])
    assert "log record 1" in project("fsck", code=1).out


def test_gc_keeps_what_refs_and_young_operations_lead_to(packed):
    """Right after an operation there is nothing to delete, undone or not."""
    packed("undo")
    packed("undo")
    assert packed("gc", "--json").json["objects"] == 0
    packed("redo")
    packed("redo")
    assert packed("fsck").out.startswith("sound")
    packed("gc", "--grace", 0)
    assert len(packed("ls").lines) == 60
    assert packed("fsck").out.startswith("sound")


def test_gc_deletes_what_nothing_leads_to(packed, tmp_path):
    """Without grace it is gone at once, a dry run only says so, and undo knows that it is gone."""
    packed("undo")
    packed("undo")
    would = packed("gc", "--grace", 0, "--dry-run", "--json").json
    assert would["files"]
    assert would["deleted"] == []
    assert "would go: packs/" in packed("gc", "--grace", 0, "-n").out
    assert packs(tmp_path)
    found = packed("gc", "--grace", 0, "--json").json
    assert set(would["files"]) <= set(found["deleted"])
    assert not packs(tmp_path)
    assert "no longer whole in the store" in packed("redo", code=50).err
    assert packed("fsck").out.startswith("sound")
    assert packed("status").code == 0


def test_gc_keeps_a_detached_head(project):
    """What the project stands on stays, branch or not."""
    project("switch", "--detach")
    project("branch", "-D", "main")
    project("gc", "--grace", 0)
    assert len(project("log").lines) == 2


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_scripts(datum, shell):
    """Each shell has its script, which asks datum itself."""
    assert "_DATUM_COMPLETE" in datum("completion", shell).out
    assert datum("completion", shell, "--json").json["shell"] == shell


def complete(datum, monkeypatch, *words: str) -> list[str]:
    """What is proposed for the last of the words."""
    monkeypatch.setenv("_DATUM_COMPLETE", "bash_complete")
    monkeypatch.setenv("COMP_WORDS", " ".join(("datum", *words)))
    monkeypatch.setenv("COMP_CWORD", str(len(words)))
    found = [line.partition(",")[2] for line in datum(code=None).lines if line]
    monkeypatch.delenv("_DATUM_COMPLETE")
    return found


def test_completion_of_everything(project, monkeypatch):
    """Commands, members of contexts, options, formats, transforms and revisions are completed."""
    project("branch", "labels")
    for words, expected in (
        (["sta"], "status"),
        (["source", "inf"], "info"),
        (["log", "--ope"], "--operations"),
        (["export", "-f", "yolo_u"], "yolo_ultralytics"),
        (["transform", "-t", "ren"], "rename"),
        (["switch", "lab"], "labels"),
        (["log", "sources/"], "sources/coco"),
        (["format", "li"], "list"),
        (["completion", "z"], "zsh"),
    ):
        assert expected in complete(project, monkeypatch, *words), words
    assert complete(project, monkeypatch, "none", "x") == []


def test_completion_outside_of_a_project(datum, monkeypatch):
    """Where there are no revisions, none are proposed."""
    assert complete(datum, monkeypatch, "switch", "ma") == []


def test_fsck_after_garbage_took_a_large_file(packed, tmp_path):
    """The pack that has it on record stays for its other objects: nothing is wrong with that."""
    folder = tmp_path / "large"
    folder.mkdir()
    for n in range(40):
        (folder / f"{n}.jpg").write_bytes(image_bytes(".jpg", 60, 80, n))
    (folder / "large.jpg").write_bytes(image_bytes(".jpg", 6, 8, 1) + bytes(1_200_000))
    packed("add", folder, "-f", "image_dir")
    (folder / "large.jpg").unlink()
    packed("commit", "-m", "without it")
    for _ in range(2):
        packed("gc", "--grace", 0)
    packed("fsck")
    assert packed("fsck").out.startswith("sound")
