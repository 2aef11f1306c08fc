"""What every place for an operation log has to fulfil: subclass the suite, give it its files."""

import pytest

from datum.errors import CorruptObjectError, RefError, RefMovedError, RefNameError, UsageError
from datum.objects.files import Files
from datum.objects.ids import ObjectId, hasher
from datum.objects.store import Sealed
from datum.refs.oplog import Added, OperationLog, Record, RefMove, record_name
from datum.refs.refs import Refs
from datum.refs.undo import next_redo, next_undo

__all__ = ["BytesInMemory", "OperationLogSuite", "make_id", "move", "open_log"]

_MAIN = "heads/main"


class BytesInMemory:
    """A cache for folds that remembers what it was given."""

    def __init__(self) -> None:
        self.data: bytes | None = None
        self.puts = 0

    def get(self) -> bytes | None:
        """What was put last."""
        return self.data

    def put(self, data: bytes, /) -> None:
        """Keep it."""
        self.data = data
        self.puts += 1


def make_id(number: int) -> ObjectId:
    """The id of some commit; numbers and ids are one to one."""
    return ObjectId(number.to_bytes(16, "big"))


def open_log(files: Files) -> OperationLog:
    """A log that does not wait."""
    return OperationLog(files, hasher("xxh3-128"), sleep=lambda _: None)


def move(
    log: OperationLog, old: int | None, new: int | None, *, ref: str = _MAIN, time: int = 0
) -> Record:
    """Move one ref, from and to the ids of numbers."""
    before, after = (None if number is None else make_id(number) for number in (old, new))
    who = "Ada <ada@example.org>"
    return log.append([RefMove(ref, before, after)], None, who, time, 60, f"go {new}")


def _undo(log: OperationLog) -> int | None:
    """Undo; the number of what was undone."""
    step = next_undo(log)
    if step is not None:
        number = step.target.number
        log.append(step.moves, None, "Ada <>", 0, 0, "undo", undoes=number)
    return None if step is None else step.target.number


def _redo(log: OperationLog) -> int | None:
    """Redo; the number of what was done again."""
    step = next_redo(log)
    if step is not None:
        number = step.target.number
        log.append(step.moves, None, "Ada <>", 0, 0, "redo", redoes=number)
    return None if step is None else step.target.number


class OperationLogSuite:
    """The promises of the log and of the refs in it, over the fixture ``files`` of a subclass."""

    def test_empty(self, files: Files) -> None:
        """A log without records has no refs and ends before 0."""
        log = open_log(files)
        assert log.tail() == -1
        assert list(log.records()) == list(log.backward()) == []
        assert Refs(log).all() == Refs(log).at(-1) == Refs(log).at_time(10) == {}
        assert log.added(-1) == Added((), (), -1)

    def test_records_follow_one_another(self, files: Files) -> None:
        """Numbers have no gaps, and another reader reads what was appended."""
        log = open_log(files)
        written = [move(log, None, 0), *(move(log, i, i + 1) for i in range(5))]
        other = open_log(files)
        assert [record.number for record in written] == list(range(6))
        assert list(other.records()) == written
        assert list(other.records(4)) == written[4:]
        assert list(other.backward()) == written[::-1]
        assert other.record(3) == written[3]
        assert list(files.list("log/")) == [record_name(i) for i in range(6)]

    def test_records_that_are_not_there(self, files: Files) -> None:
        """Numbers beyond the end are errors, but reading may start just behind it."""
        log = open_log(files)
        move(log, None, 1)
        assert list(log.records(1)) == []
        for ask in (lambda: log.record(1), lambda: log.record(-1), lambda: list(log.records(2))):
            with pytest.raises(RefError, match="no record"):
                ask()
        with pytest.raises(RefError, match="no record 1"):
            Refs(log).at(1)

    def test_everything_comes_back(self, files: Files) -> None:
        """All fields of a record survive, the moves in the order of their names."""
        log = open_log(files)
        moves = [RefMove("tags/é", None, make_id(1)), RefMove(_MAIN, None, make_id(2))]
        sealed = Sealed(packs=("ab" * 32,), inline=b"\x00pack")
        written = log.append(moves, sealed, "Zoë <z@x>", 1_770_000_000, -720, 'commit -m "a\nb"')
        read = open_log(files).record(0)
        assert read == written
        assert read.moves == tuple(moves[::-1])
        assert (read.packs, read.inline) == (sealed.packs, sealed.inline)
        assert (read.who, read.time, read.offset) == ("Zoë <z@x>", 1_770_000_000, -720)
        assert read.command == 'commit -m "a\nb"'
        assert open_log(files).added(-1) == Added(sealed.packs, ((0, b"\x00pack"),), 0)
        assert open_log(files).added(0) == Added((), (), 0)
        assert open_log(files).added(7) == open_log(files).added(-1)

    def test_two_writers_of_different_refs(self, files: Files) -> None:
        """A writer whose number was taken takes the next, if none of its refs was moved."""
        one, two = open_log(files), open_log(files)
        move(one, None, 1, ref="heads/one")
        assert move(two, None, 2, ref="heads/two").number == 1
        move(one, 1, 3, ref="heads/one")
        assert [record.number for record in two.records()] == [0, 1, 2]
        assert Refs(two).all("heads/") == {"heads/one": make_id(3), "heads/two": make_id(2)}

    def test_two_writers_of_one_ref(self, files: Files) -> None:
        """The second is told who was first and what they typed, and writes nothing."""
        one, two = open_log(files), open_log(files)
        move(one, None, 1)
        move(two, 1, 2)
        with pytest.raises(
            RefMovedError, match=r"heads/main was moved by Ada .* \(go 2\)"
        ) as caught:
            move(one, 1, 3)
        assert (caught.value.ref, caught.value.command) == (_MAIN, "go 2")
        assert "datum log main" in caught.value.hint
        assert one.tail() == 1

    @pytest.mark.parametrize(("old", "new"), [(None, 2), (2, 3), (2, None)])
    def test_the_old_value_is_compared(
        self, files: Files, old: int | None, new: int | None
    ) -> None:
        """A move from where the ref is not is refused at the first try, too."""
        log = open_log(files)
        move(log, None, 1)
        with pytest.raises(RefMovedError):
            move(open_log(files), old, new)
        assert Refs(log).all() == {_MAIN: make_id(1)}

    def test_moves_are_made_together(self, files: Files) -> None:
        """Of several moves none is made if one cannot be."""
        log = open_log(files)
        move(log, None, 1)
        with pytest.raises(RefMovedError):
            log.append(
                [RefMove("heads/a", None, make_id(5)), RefMove(_MAIN, make_id(9), make_id(5))],
                None,
                "Bo <>",
                0,
                0,
                "both",
            )
        assert Refs(log).all() == {_MAIN: make_id(1)}

    def test_moves_that_make_no_sense(self, files: Files) -> None:
        """Absent refs, bad names, moves to the same, two of one ref, odd ids: refused."""
        log, one = open_log(files), make_id(1)
        refused: list[tuple[type[Exception], list[RefMove]]] = [
            (UsageError, [RefMove("heads/gone", one, None)]),
            (RefNameError, [RefMove("main", None, one)]),
            (UsageError, [RefMove(_MAIN, None, None)]),
            (UsageError, [RefMove(_MAIN, None, one), RefMove(_MAIN, None, one)]),
            (UsageError, [RefMove(_MAIN, None, ObjectId(bytes(32)))]),
        ]
        for error, moves in refused:
            with pytest.raises(error):
                log.append(moves, None, "Bo <>", 0, 0, "x")
        with pytest.raises(UsageError, match="who"):
            log.append([], None, "Bo\n", 0, 0, "x")
        with pytest.raises(UsageError, match="refers to record 4"):
            log.append([], None, "Bo <>", 0, 0, "x", undoes=4)
        assert log.tail() == -1

    @pytest.mark.parametrize("hint", [-5, -1, 0, 3, 6, 7, 8, 20, 100_000, 10**9])
    def test_tail_from_any_hint(self, files: Files, hint: int) -> None:
        """A hint, right or wrong, only says where to look first."""
        log = open_log(files)
        for number in range(7):
            move(log, number or None, number + 1)
            assert open_log(files).tail() == number
        last = log.record(6)
        assert OperationLog(files, hasher("xxh3-128"), hint=hint).tail() == last.number

    def test_lost_tail(self, files: Files) -> None:
        """A log that lost its last records is a log, and goes on from there."""
        log = open_log(files)
        for number in range(4):
            move(log, number or None, number + 1)
        files.delete(record_name(3))
        files.delete(record_name(2))
        rest = open_log(files)
        assert Refs(rest).all() == {_MAIN: make_id(2)}
        move(rest, 2, 7)
        assert [record.number for record in open_log(files).records()] == [0, 1, 2]

    @pytest.mark.parametrize("damage", ["empty", "torn", "garbage", "flipped", "forked", "renamed"])
    def test_damage_is_named(self, files: Files, damage: str) -> None:
        """A record that is not what was written is an error that names its file."""
        log = open_log(files)
        for number in range(3):
            move(log, number or None, number + 1)
        name = record_name(1)
        good = files.get(name)
        bad = {
            "empty": b"",
            "torn": good[:-3],
            "garbage": b"\xff" * 50,
            "flipped": good[:-1] + bytes([good[-1] ^ 1]),
            "forked": files.get(record_name(2)),
            "renamed": files.get(record_name(0)),
        }[damage]
        files.delete(name)
        assert files.put_new(name, bad)
        for read in (
            lambda: open_log(files).state(),
            lambda: list(open_log(files).records()),
            lambda: list(open_log(files).records(2)),
            lambda: open_log(files).record(1),
            lambda: list(log.backward()),
            lambda: move(open_log(files), 3, 4),
        ):
            with pytest.raises(CorruptObjectError, match=r"log/0000/0000000[12]"):
                read()

    def test_cache_is_only_a_shortcut(self, files: Files) -> None:
        """A cached fold saves reading; lost, damaged or of another log, it changes nothing."""
        cache = BytesInMemory()
        log = OperationLog(files, hasher("xxh3-128"), cache=cache)
        for number in range(150):
            move(log, number or None, number + 1)
        assert 0 < cache.puts <= number // 50
        kept = cache.data
        assert kept is not None
        for data in (kept, None, b"", kept[:-1], kept[:-1] + bytes([kept[-1] ^ 1])):
            cache.data = data
            again = OperationLog(files, hasher("xxh3-128"), cache=cache)
            assert Refs(again).all() == {_MAIN: make_id(150)}
        cache.data = kept
        for number in range(100, 150):
            files.delete(record_name(number))
        move(open_log(files), 100, 7)
        again = OperationLog(files, hasher("xxh3-128"), cache=cache)
        assert Refs(again).all() == {_MAIN: make_id(7)}

    def test_refs_of_before(self, files: Files) -> None:
        """Every earlier state can be had, by number, by time and by ref."""
        log = open_log(files)
        refs = Refs(log)
        move(log, None, 1, time=10)
        move(log, None, 2, ref="tags/v1", time=20)
        move(log, 1, 3, time=30)
        move(log, 2, None, ref="tags/v1", time=30)
        assert refs.at(1) == refs.at_time(29) == {_MAIN: make_id(1), "tags/v1": make_id(2)}
        assert refs.at(2) == {_MAIN: make_id(3), "tags/v1": make_id(2)}
        assert refs.at(3) == refs.at_time(30) == refs.all() == {_MAIN: make_id(3)}
        assert refs.at(-1) == refs.at_time(9) == {}
        assert [(r.number, old, new) for r, old, new in refs.history("tags/v1")] == [
            (3, make_id(2), None),
            (1, None, make_id(2)),
        ]
        assert refs.get("tags/v1") is None

    def test_undo_goes_back_and_redo_forth(self, files: Files) -> None:
        """Undo goes further back each time, redo comes back in the other order."""
        log = open_log(files)
        for number in range(3):
            move(log, number or None, number + 1)
        assert [_undo(log), _undo(log)] == [2, 1]
        assert Refs(log).all() == {_MAIN: make_id(1)}
        assert [_redo(log), _undo(log), _undo(log), _undo(log)] == [1, 1, 0, None]
        assert Refs(log).all() == {}
        assert [_redo(log), _redo(log), _redo(log), _redo(log)] == [0, 1, 2, None]
        assert Refs(log).all() == {_MAIN: make_id(3)}
        assert [_undo(log), _undo(log)] == [2, 1]
        latest = move(log, 1, 9).number
        assert _redo(log) is None
        assert [_undo(log), _undo(log), _undo(log)] == [latest, 0, None]

    def test_undo_of_what_was_moved_on(self, files: Files) -> None:
        """What one person did cannot be undone once another moved the same ref on."""
        log = open_log(files)
        move(log, None, 1)
        log.append([RefMove(_MAIN, make_id(1), make_id(2))], None, "Bo <>", 0, 0, "filter")
        with pytest.raises(RefMovedError, match=r"by Bo <> \(filter\)"):
            next_undo(log, who="Ada <ada@example.org>")
        step = next_undo(log, who="Bo <>")
        assert step is not None
        assert step.moves == (RefMove(_MAIN, make_id(2), make_id(1)),)
        assert next_undo(log, who="Cy <>") is None

    def test_records_without_moves_are_no_operations(self, files: Files) -> None:
        """What moves no ref is neither undone nor in the way of a redo."""
        log = open_log(files)
        move(log, None, 1)
        _undo(log)
        log.append([], Sealed(packs=("cd" * 32,)), "Ada <>", 0, 0, "gc")
        assert next_undo(log) is None
        assert _redo(log) == 0
