"""The operation log over every kind of files, and what is of one kind alone."""

import hashlib
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from datum.errors import CorruptObjectError, RefMovedError, StoreError, UsageError
from datum.objects.codec import encode
from datum.objects.files import LocalFiles, MemoryFiles
from datum.objects.ids import hasher
from datum.refs.fold import EMPTY, Fold, decode_fold, encode_fold
from datum.refs.oplog import MAX_NUMBER, OperationLog, RefMove, record_name
from datum.refs.record import encode_record, record_digest
from datum.refs.refs import Refs
from datum.testing.refs import BytesInMemory, OperationLogSuite, make_id, move, open_log


class TestMemory(OperationLogSuite):
    @pytest.fixture
    def files(self):
        return MemoryFiles()


class TestLocal(OperationLogSuite):
    @pytest.fixture
    def files(self, tmp_path):
        return LocalFiles(tmp_path)


NAMES = [f"heads/{letter}" for letter in "abc"] + ["tags/a"]
STEPS = st.lists(
    st.tuples(
        st.integers(0, 2),  # which of three writers
        st.sampled_from(NAMES),
        st.one_of(st.none(), st.integers(1, 5)),  # to what
        st.one_of(st.just("right"), st.none(), st.integers(1, 5)),  # from what
    ),
    max_size=40,
)


@given(STEPS)
def test_log_is_a_dict_with_compare_and_swap(steps):
    """Whoever appends in whatever order, the refs are those of a dict, now and at each record."""
    files, cache = MemoryFiles(), BytesInMemory()
    writers = [OperationLog(files, hasher("xxh3-128"), cache=cache) for _ in range(3)]
    states = [{}]
    for writer, name, new, said in steps:
        model = states[-1]
        have = model.get(name)
        old = have if said == "right" else said
        try:
            move(writers[writer], old, new, ref=name)
        except (RefMovedError, UsageError):
            assert old != have or old == new
            continue
        assert old == have
        states.append({k: v for k, v in {**model, name: new}.items() if v is not None})
    for log in (*writers, open_log(files)):
        assert log.tail() == len(states) - 2
        for number, model in enumerate(states, -1):
            assert Refs(log).at(number) == {k: make_id(v) for k, v in model.items()}


WRITE = """
import sys
from pathlib import Path
from datum.errors import RefMovedError
from datum.objects.files import LocalFiles
from datum.refs.refs import Refs
from datum.testing.refs import make_id, move, open_log

root, mine, count, shared = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]), sys.argv[4]
log = open_log(LocalFiles(root))
sys.stdin.readline()
for number in range(count):
    move(log, number or None, number + 1, ref=mine)
try:
    move(log, None, 1, ref=shared)
except RefMovedError as error:
    print("moved by", error.who)
"""


def test_processes_lose_nothing(tmp_path):
    """Eight processes at once: no number missing, no record lost, and one wins the shared ref."""
    command = [sys.executable, "-c", WRITE, str(tmp_path)]
    processes = [
        subprocess.Popen(  # noqa: S603 - our own interpreter and script
            [*command, f"heads/p{n}", "12", "heads/shared"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for n in range(8)
    ]
    answers = [process.communicate("go\n")[0].strip() for process in processes]
    log = open_log(LocalFiles(tmp_path))
    assert [process.returncode for process in processes] == [0] * 8
    assert sorted(answers) == ["", *["moved by Ada <ada@example.org>"] * 7]
    assert [record.number for record in log.records()] == list(range(8 * 12 + 1))
    expected = {f"heads/p{n}": make_id(12) for n in range(8)} | {"heads/shared": make_id(1)}
    assert Refs(log).all() == expected


class LateFiles(MemoryFiles):
    """Files of which another machine's newest cannot be seen for some looks."""

    def __init__(self):
        super().__init__()
        self.hidden = {}

    def get(self, name, start=0, length=None):
        if self.hidden.get(name, 0) > 0:
            self.hidden[name] -= 1
            raise FileNotFoundError(name)
        return super().get(name, start, length)


def test_record_that_shows_late():
    """A taken number whose record cannot be seen yet is waited for, and nothing is lost."""
    files = LateFiles()
    move(open_log(files), None, 1, ref="heads/theirs")
    files.hidden[record_name(0)] = 5
    assert move(open_log(files), None, 2).number == 1
    files.hidden[record_name(1)] = 1000
    with pytest.raises(StoreError, match="00000001 is taken, but cannot be read"):
        move(open_log(files), None, 3, ref="heads/x")


def test_record_that_is_being_written():
    """Where files grow in place, a record that is not whole yet is waited for."""
    files = MemoryFiles()
    move(open_log(files), None, 1)
    name = record_name(0)
    whole = files.get(name)
    files.delete(name)
    files.put_new(name, whole[:40])

    def finish(_):
        files.delete(name)
        files.put_new(name, whole)

    log = OperationLog(files, hasher("xxh3-128"), sleep=finish)
    assert Refs(log).all() == {"heads/main": make_id(1)}


class OtherFirst(MemoryFiles):
    """Files where somebody else always is a moment faster, for a while."""

    def __init__(self, times):
        super().__init__()
        self.times = times

    def put_new(self, name, data):
        if self.times:
            self.times -= 1
            move(open_log(self.quiet()), None, 1, ref=f"heads/other{self.times}")
        return super().put_new(name, data)

    def quiet(self):
        """The same files for the other one."""
        files = MemoryFiles()
        files.get, files.put_new = self.get, super().put_new
        return files


def test_number_after_number_is_taken():
    """A writer that is overtaken again and again still gets the next free number."""
    files = OtherFirst(times=6)
    assert move(open_log(files), None, 1).number == 6
    assert [record.number for record in open_log(files).records()] == list(range(7))


def test_names_of_files():
    """Ten thousand records lie in one folder."""
    assert record_name(17) == "log/0000/00000017"
    assert record_name(12_345_678) == "log/1234/12345678"


def test_hash_of_another_width():
    """A log of longer ids is not read as one of shorter ids."""
    files = MemoryFiles()
    log = OperationLog(files, hasher("sha256"))
    log.append([RefMove("heads/main", None, bytes(32))], None, "Ada <>", 0, 0, "x")
    with pytest.raises(CorruptObjectError, match="00000000: holds an id that has not 16 bytes"):
        open_log(files).state()


def test_move_from_nowhere():
    """A record that is whole, but moves a ref from where it was not, is damage."""
    files = MemoryFiles()
    log = open_log(files)
    move(log, None, 1)
    wrong = replace(
        log.record(0), number=1, previous=record_digest(files.get(record_name(0))), nonce=bytes(16)
    )
    assert files.put_new(record_name(1), encode_record(wrong))
    with pytest.raises(CorruptObjectError, match="00000001: moves heads/main from where"):
        log.state()


def test_log_that_is_full():
    """The last number is the last."""
    cache, fold = BytesInMemory(), Fold(MAX_NUMBER, bytes(32), {})
    files = MemoryFiles()
    move(open_log(files), None, 1)
    data = encode_record(replace(open_log(files).record(0), number=MAX_NUMBER, previous=b"1" * 32))
    files.put_new(record_name(MAX_NUMBER), data)
    cache.put(encode_fold(replace(fold, digest=record_digest(data))))
    log = OperationLog(files, hasher("xxh3-128"), cache=cache)
    with pytest.raises(StoreError, match="is full"):
        move(log, None, 1)


@given(st.binary(max_size=60))
def test_any_bytes_in_the_cache(noise):
    """Whatever is in the cache, even with a right checksum, it is a fold or nothing."""
    other = encode([2, 5, bytes(32), {}])
    for payload in (noise, other):
        assert decode_fold(hashlib.sha256(payload).digest() + payload) is None
    assert decode_fold(noise) is None
    assert decode_fold(encode_fold(EMPTY)) == EMPTY
