"""The power is cut between any two file operations, and what was not synced is lost."""

import contextlib
import shutil

from datum.errors import ProjectError
from datum.objects.files import LocalFiles
from datum.project.care import check, collect_garbage
from datum.project.moving import create_branch, undo
from datum.project.project import Project
from datum.testing.crashing import CrashingFolder

BIG = 1_200_000


def test_what_was_not_synced_is_lost(tmp_path):
    """The model keeps a synced file under a name of which the folder was synced, and nothing else."""
    root = tmp_path / "root"
    root.mkdir()
    disk = CrashingFolder(root)
    files = LocalFiles(root)
    with disk.watching():
        (root / "careless").write_bytes(b"never synced")
        files.put_idempotent("packs/a", b"synced")
    left = [wreck.files for wreck in disk.wrecks]
    assert left[0] == {}
    assert b"" in {files.get("careless") for files in left}
    assert {files["packs/a"] for files in left if "packs/a" in files} == {b"synced"}
    assert "packs/a" in left[-1]


def test_every_crash_leaves_what_was_committed(tmp_path, author, filled, item, contents, rounds):
    """From the first operation of the first commit on: each commit that was reported is whole."""
    root = tmp_path / "project"
    root.mkdir()
    disk = CrashingFolder(root, leave_out=".datum/index")
    ledger = []
    with disk.watching():
        project = Project.create(root, author=author)
        ledger.append((disk.moment, {}, {}))

        def done():
            refs = project.session.refs.all()
            ledger.append((disk.moment, refs, contents(project.dataset("main"))))

        filled(project)
        done()
        with project.edit("a large picture") as edit:
            edit.put(item("large", 2, size=BIG))
        done()
        create_branch(project.session, "side")
        done()
        with project.edit("many") as edit:
            for number in range(60):
                edit.put(item(f"many{number}", number, size=3000))
        done()
        undo(project.session)
        done()
        collect_garbage(project.session, grace=0)
        done()
    assert len(disk.wrecks) > 100
    step = max(1, len(disk.wrecks) // (60 * rounds))
    for wreck in disk.wrecks[::step]:
        _survives(wreck, tmp_path / "wreck", ledger, author, item, contents)


def _survives(wreck, folder, ledger, author, item, contents):
    """What was reported before the crash is there, or the operation that was under way is."""
    place = f"{wreck.moment}: {wreck.operation}, {wreck.kept}"
    shutil.rmtree(folder, ignore_errors=True)
    wreck.write(folder)
    reported = [number for number, (moment, *_) in enumerate(ledger) if moment <= wreck.moment]
    if not reported:  # not even `create` had ended: it can be said again
        with contextlib.suppress(ProjectError):
            Project.create(folder, author=author)
    project = Project.open(folder, author=author)
    refs = project.session.refs.all()
    if reported:
        possible = ledger[reported[-1] : reported[-1] + 2]
        assert refs in [state for _, state, _ in possible] or reported[-1] == 0, place
    found = check(project.session)
    assert found.sound, (place, found.faults, found.hurt)
    for _, state, rows in ledger:
        if state == refs and refs:
            assert contents(project.dataset("main")) == rows, place
    with project.edit("again") as edit:
        edit.put(item("again", 1))
    assert ("train", "again") in project.dataset("main"), place
    assert check(project.session).sound, place
