"""What every ``Files`` has to fulfil: subclass the suite and say how to make one."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from datum.errors import UsageError
from datum.objects.files import Files

__all__ = ["FilesSuite"]


class FilesSuite:
    """The promises of ``Files``; a subclass overrides ``make_files``."""

    def make_files(self, tmp_path: Path) -> Files:
        """Empty files; *tmp_path* is empty, and the test's own."""
        raise NotImplementedError

    @pytest.fixture
    def files(self, tmp_path: Path) -> Files:
        """Empty files."""
        folder = tmp_path / "files"
        folder.mkdir()
        return self.make_files(folder)

    def test_absent(self, files: Files) -> None:
        """A name that nothing was put under is not found; a folder is not a file."""
        files.put_idempotent("packs/ab/file", b"data")
        for name in ("other", "packs/ab/other", "packs/ab", "packs/ab/file/below"):
            with pytest.raises(FileNotFoundError):
                files.get(name)

    def test_ranges(self, files: Files) -> None:
        """A range is cut off where the file ends."""
        files.put_idempotent("a", b"0123456789")
        assert files.get("a") == b"0123456789"
        assert files.get("a", 3) == b"3456789"
        assert files.get("a", 3, 2) == b"34"
        assert files.get("a", 8, 5) == b"89"
        assert files.get("a", 20, 5) == b""
        assert files.get("a", 0, 0) == b""

    def test_new_names_are_exclusive(self, files: Files) -> None:
        """The first content under a name stays; the second is told so."""
        assert files.put_new("log/00/1", b"first")
        assert not files.put_new("log/00/1", b"second")
        assert files.get("log/00/1") == b"first"

    def test_a_repeated_request_succeeds(self, files: Files) -> None:
        """Equal data counts as put: a reply may have been lost."""
        assert files.put_new("log/1", b"")
        assert files.put_new("log/1", b"")

    def test_races_have_one_winner(self, files: Files) -> None:
        """Of many writers of one new name, one wins, and its content is there."""

        def put(number: int) -> tuple[int, bool]:
            return number, files.put_new("log/7", b"%d" % number)

        with ThreadPoolExecutor(8) as pool:
            winners = [number for number, won in pool.map(put, range(32)) if won]
        assert [b"%d" % number for number in winners] == [files.get("log/7")]

    def test_idempotent(self, files: Files, tmp_path: Path) -> None:
        """Putting the same again changes nothing; files elsewhere are copied and stay."""
        source = tmp_path / "source"
        source.write_bytes(b"data")
        for data in (b"data", source, b"data", source):
            files.put_idempotent("blobs/ab/x", data)
            assert files.get("blobs/ab/x") == b"data"
        assert source.read_bytes() == b"data"

    def test_lists(self, files: Files) -> None:
        """A listing has the names with the prefix, ascending, whatever folders they are in."""
        for name in ("b/2", "b/1", "b/10", "ab", "a", "c/d/e"):
            files.put_idempotent(name, b"")
        assert files.list("b/") == ["b/1", "b/10", "b/2"]
        assert files.list("b/1") == ["b/1", "b/10"]
        assert files.list("a") == ["a", "ab"]
        assert files.list("") == ["a", "ab", "b/1", "b/10", "b/2", "c/d/e"]
        assert files.list("nothing/") == []

    def test_delete(self, files: Files) -> None:
        """What is deleted is gone, and may be deleted again, and its name is free."""
        files.put_new("a/b", b"1")
        for _ in range(2):
            files.delete("a/b")
        with pytest.raises(FileNotFoundError):
            files.get("a/b")
        assert files.list("") == []
        assert files.put_new("a/b", b"2")

    @pytest.mark.parametrize("name", ["", "/etc/x", "../x", "a/../x", "a//b", "a/", "./a", "a\0b"])
    def test_names_stay_inside(self, files: Files, name: str) -> None:
        """No call takes a name that could lead elsewhere."""
        with pytest.raises(UsageError):
            files.get(name)
        with pytest.raises(UsageError):
            files.put_new(name, b"")
        with pytest.raises(UsageError):
            files.put_idempotent(name, b"")
        with pytest.raises(UsageError):
            files.delete(name)
