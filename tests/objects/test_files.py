"""Files: the suite, and what network file systems make of it."""

import errno
import os
from pathlib import Path

import pytest

from datum.errors import StoreError
from datum.objects.files import TEMPORARY, Files, LocalFiles, MemoryFiles
from datum.testing.files import FilesSuite


class TestLocalFiles(FilesSuite):
    def make_files(self, tmp_path: Path) -> Files:
        return LocalFiles(tmp_path)


class TestMemoryFiles(FilesSuite):
    def make_files(self, tmp_path: Path) -> Files:
        del tmp_path  # for suites of files on disk
        return MemoryFiles()


def _refusing(code, *, act=False):
    real = os.link

    def link(source, target):
        if act:
            real(source, target)
        raise OSError(code, os.strerror(code))

    return link


@pytest.fixture
def files(tmp_path):
    return LocalFiles(tmp_path)


def _leftovers(files):
    return files.list(f"{TEMPORARY}/")


def test_nothing_temporary_stays(files):
    """Neither winners nor losers leave temporary files."""
    assert files.put_new("a", b"1")
    assert not files.put_new("a", b"2")
    files.put_idempotent("b", b"3")
    assert _leftovers(files) == []


@pytest.mark.parametrize("code", [errno.EPERM, errno.EOPNOTSUPP, errno.EMLINK, errno.EXDEV])
def test_without_hard_links(files, monkeypatch, code):
    """Where links are missing, creation is exclusive all the same."""
    monkeypatch.setattr(os, "link", _refusing(code))
    assert files.put_new("log/1", b"first")
    assert not files.put_new("log/1", b"second")
    assert files.get("log/1") == b"first"
    assert _leftovers(files) == []


@pytest.mark.parametrize("code", [errno.EEXIST, errno.EIO, errno.ESTALE])
def test_a_lost_reply_is_a_success(files, monkeypatch, code):
    """The link was made although the call said otherwise: the count of links tells."""
    monkeypatch.setattr(os, "link", _refusing(code, act=True))
    assert files.put_new("log/1", b"mine")
    assert files.get("log/1") == b"mine"


@pytest.mark.parametrize("code", [errno.EPERM, errno.EACCES, errno.ESTALE])
def test_taken_names_in_disguise(files, monkeypatch, code):
    """Some servers say something else where a name is taken: the content tells."""
    assert files.put_new("log/1", b"theirs")
    monkeypatch.setattr(os, "link", _refusing(code))
    assert not files.put_new("log/1", b"mine")
    assert files.get("log/1") == b"theirs"


def test_stale_handles_are_tried_again(files, monkeypatch):
    """A read whose file handle went stale opens the name again."""
    files.put_new("a", b"data")
    real, calls = Path.open, []

    def stale_once(self, *args, **kwargs):
        calls.append(self)
        if len(calls) == 1:
            raise OSError(errno.ESTALE, "stale")
        return real(self, *args, **kwargs)

    monkeypatch.setattr(Path, "open", stale_once)
    assert files.get("a") == b"data"


def test_failed_syncs_publish_nothing(files, monkeypatch):
    """Without a sync no name is given, and the error says which file."""

    def fail(descriptor):
        raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr(os, "fsync", fail)
    for call in (files.put_new, files.put_idempotent):
        with pytest.raises(StoreError, match="packs/x"):
            call("packs/x", b"data")
    monkeypatch.undo()
    with pytest.raises(FileNotFoundError):
        files.get("packs/x")


def test_publish_moves_all(files):
    """Temporary files go to their names together, and are not copied."""
    paths = [files.temporary() for _ in range(3)]
    for number, path in enumerate(paths):
        path.write_bytes(b"%d" % number)
    inodes = [path.stat().st_ino for path in paths]
    files.publish([(f"blobs/{number}/x", path) for number, path in enumerate(paths)])
    assert [files.path(f"blobs/{number}/x").stat().st_ino for number in range(3)] == inodes
    assert _leftovers(files) == []


def test_a_lost_reply_to_rename_is_a_success(files, monkeypatch):
    """A rename that the server did and then denied is seen by its result."""
    path = files.temporary()
    path.write_bytes(b"data")
    real = Path.replace

    def replace(self, target):
        real(self, target)
        raise FileNotFoundError(errno.ENOENT, "retransmitted")

    monkeypatch.setattr(Path, "replace", replace)
    files.publish([("packs/x", path)])
    assert files.get("packs/x") == b"data"


def test_a_place_that_is_no_folder(tmp_path):
    """What the system refuses is a store error with the path."""
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreError, match="file"):
        LocalFiles(tmp_path / "file").put_new("a", b"")
