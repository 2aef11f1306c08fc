"""Eight processes at work in one project at once."""

import shutil
import subprocess
import sys
from multiprocessing import get_context

from datum.errors import RefMovedError
from datum.project.care import check
from datum.project.project import Project

FORK = get_context("fork")
COUNT = 8


def _commits(folder, author, number, each, item, results):
    """Commit *each* items, again whenever somebody else was faster."""
    lost = []
    project = Project.open(folder, author=author, command=f"process {number}")
    for n in range(each):
        while True:
            try:
                with project.edit(f"{number}.{n}") as edit:
                    edit.put(item(f"p{number}-{n}", n))
                break
            except RefMovedError as error:
                lost.append((error.ref, error.command, error.hint))
    results.put(lost)


def _reads(folder, author, stop, results):
    """Read the branch over and over; every state has to be whole."""
    seen = 0
    while not stop.is_set():
        dataset = Project.open(folder, author=author).dataset("main")
        assert len(list(dataset)) == len(dataset)
        seen += 1
    results.put(seen)


def test_no_commit_is_lost_and_no_read_is_torn(project, author, item, rounds):
    """Eight writers and a reader, first without an index: every commit is in the history."""
    each = 5 * rounds
    shutil.rmtree(project.root / ".datum/index")
    results, reads, stop = FORK.Queue(), FORK.Queue(), FORK.Event()
    writers = [
        FORK.Process(target=_commits, args=(project.root, author, n, each, item, results))
        for n in range(COUNT)
    ]
    reader = FORK.Process(target=_reads, args=(project.root, author, stop, reads))
    for process in (reader, *writers):
        process.start()
    lost = [one for _ in writers for one in results.get(timeout=60)]
    stop.set()
    assert reads.get(timeout=60) > 0
    for process in (reader, *writers):
        process.join(60)
        assert process.exitcode == 0
    after = Project.open(project.root, author=author)
    messages = [commit.message for _, commit in after.log()]
    assert len(messages) == 3 + COUNT * each
    assert set(messages) >= {f"{p}.{n}" for p in range(COUNT) for n in range(each)}
    sizes = [len(after.session.dataset(oid)) for oid, _ in after.log()]
    assert sizes == [9 + COUNT * each - n for n in range(COUNT * each)] + [9, 10, 10]
    assert all(ref == "heads/main" and command.startswith("process") for ref, command, _ in lost)
    assert all("run the command again" in hint for *_, hint in lost)
    assert check(after.session).sound


def _publishes(folder, author, number, barrier, results):
    project = Project.open(folder, author=author, command=f"datum commit -m {number}")
    session = project.session
    tip = session.head_commit()
    writer = session.store.writer()
    mine = session.write_commit(writer, session.commit(tip).snapshot, (tip,), f"by {number}")
    barrier.wait(60)
    try:
        session.publish(writer, {"heads/main": mine}, expected={"heads/main": tip})
        results.put((number, None))
    except RefMovedError as error:
        results.put((number, (str(error), error.hint)))


def test_of_eight_at_the_same_moment_one_wins(project, author):
    """The seven others are told whose commit came first, and what to type."""
    barrier, results = FORK.Barrier(COUNT), FORK.Queue()
    processes = [
        FORK.Process(target=_publishes, args=(project.root, author, n, barrier, results))
        for n in range(COUNT)
    ]
    for process in processes:
        process.start()
    told = dict(results.get(timeout=60) for _ in processes)
    for process in processes:
        process.join(60)
    (winner,) = [number for number, said in told.items() if said is None]
    for number, said in told.items():
        if number != winner:
            message, hint = said
            assert f"datum commit -m {winner}" in message
            assert str(author) in message
            assert "datum log main" in hint
            assert "run the command again" in hint
    assert next(iter(Project.open(project.root).log()))[1].message == f"by {winner}"


def test_eight_commands_at_once(project, author):
    """The commands of the terminal do the same: codes as documented, one line, nothing lost."""
    command = [sys.executable, "-m", "datum", "commit", "-p", str(project.root), "--allow-empty"]
    running = [
        subprocess.Popen([*command, "-m", f"command {n}"], stderr=subprocess.PIPE, text=True)  # noqa: S603 (our own)
        for n in range(COUNT)
    ]
    said = [process.communicate(timeout=120)[1] for process in running]
    codes = [process.returncode for process in running]
    assert set(codes) <= {0, 43}, said
    messages = {commit.message for _, commit in Project.open(project.root).log()}
    for number, (code, text) in enumerate(zip(codes, said, strict=True)):
        assert (f"command {number}" in messages) == (code == 0)
        assert code == 0 or "was moved by" in text
        assert "Traceback" not in text
    assert check(Project.open(project.root).session).sound
