"""The process is killed at any moment, or the system refuses one of its calls."""

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from multiprocessing import get_context

import pytest

from datum.project.care import check, collect_garbage
from datum.project.moving import undo
from datum.project.project import Project

FORK = get_context("fork")


def _work(folder, author, number, item):
    """One operation of a few kinds, as another process does it."""
    project = Project.open(folder, author=author)
    kind = number % 5
    if number % 15 == 3:
        undo(project.session)
    elif kind == 4:
        collect_garbage(project.session, grace=0)
    else:
        with project.edit(f"edit {number}") as edit:
            edit.put(item(f"{number % 7}", number))
            if kind == 1:
                edit.put(item("large", number, size=1_100_000 + number))
            if kind == 2:
                for n in range(100):
                    edit.put(item(f"many{n}", number + n, size=600))


def _state(folder, author):
    project = Project.open(folder, author=author)
    return project, project.session.refs.all(), project.session.log.tail()


def test_killed_at_random_moments(project, author, item, contents, rounds):
    """After each of many kills the project opens, has what was there or what was under way, whole."""
    draw = random.Random(7)  # noqa: S311 (a repeatable series, no secret)
    folder = project.root
    took = [0.02] * 5
    for number in range(40 * rounds):
        _, before, _ = _state(folder, author)
        rows = contents(Project.open(folder, author=author).dataset("main"))
        child = FORK.Process(target=_work, args=(folder, author, number, item))
        start = time.monotonic()
        child.start()
        child.join(draw.random() * 1.6 * took[number % 5])
        child.kill()
        child.join()
        if child.exitcode == 0:
            took[number % 5] = time.monotonic() - start
        else:
            assert child.exitcode == -signal.SIGKILL
            took[number % 5] *= 1.05
        after, refs, _ = _state(folder, author)
        if refs == before:
            assert contents(after.dataset("main")) == rows
        found = check(after.session, fast=number % 10 != 0)
        assert found.sound, (number, found.faults, found.hurt)
    with after.edit("at the end") as edit:
        edit.put(item("last", 1))
    assert check(after.session).sound


DRIVER = """
import sys
from datum.model import Box, InMemory, Item, Media
from datum.project.project import Project
from datum.refs.commits import Identity
project = Project.open(sys.argv[1], author=Identity("Ada", "ada@example.org"))
with project.edit("driven") as edit:
    for n in range(40):
        media = Media(path=f"{n}.jpg", content=InMemory(bytes([n]) * 4000))
        box = Box(id=1, label=0, x=n, y=1, w=2, h=3)
        edit.put(Item(id=f"driven{n}", subset="train", media=(media,), annotations=(box,)))
    big = Media(path="big.jpg", content=InMemory(b"big" * 400_000))
    edit.put(Item(id="driven-big", subset="train", media=(big,)))
"""

CALLS = [
    *(("fsync", when) for when in (1, 3, 6)),
    *(("link", 1), ("rename", 1), ("rename", 2), ("rename", 3), ("write", 1), ("write", 4)),
]


def _strace(call, fault, when, folder):
    """Run the driver with one system call refused, or deadly."""
    inject = f"inject=/^{call}:{fault}:when={when}"
    command = ["strace", "-f", "-qq", "-o", os.devnull, "-e", f"trace=/^{call}", "-e", inject]
    return subprocess.run(  # noqa: S603 (strace, and our own program)
        [*command, sys.executable, "-c", DRIVER, str(folder)],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


@pytest.mark.skipif(shutil.which("strace") is None, reason="strace is not installed")
@pytest.mark.parametrize("fault", ["signal=KILL", "error=EIO", "error=ENOSPC"])
@pytest.mark.parametrize(("call", "when"), CALLS)
def test_a_call_fails_or_kills(project, contents, item, call, when, fault):
    """Whichever call the system refuses: nothing is lost, one error is raised, a repeat succeeds."""
    if fault == "error=EIO" and when > 1:
        fault = "error=EDQUOT"
    rows = contents(project.dataset())
    tip = project.session.head_commit()
    ended = _strace(call, fault, when, project.root)
    if "KILL" in fault:
        assert ended.returncode in (-signal.SIGKILL, 128 + signal.SIGKILL)
    after = Project.open(project.root)
    if after.session.head_commit() == tip:
        assert ended.returncode != 0
        assert contents(after.dataset()) == rows
    else:
        assert ("train", "driven39") in after.dataset()
    if "KILL" not in fault and ended.returncode:
        assert "datum.errors." in ended.stderr.splitlines()[-1], ended.stderr
    found = check(after.session)
    assert found.sound, (found.faults, found.hurt)
    with after.edit("again") as edit:
        for n in range(40):
            edit.put(item(f"driven{n}", n, size=4000))
        edit.put(item("driven-big", size=1_200_000))
    assert ("train", "driven-big") in Project.open(project.root).dataset()
