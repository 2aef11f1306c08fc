"""A process that dies at any step of a commit leaves a valid store behind."""

import multiprocessing
import os
from pathlib import Path

from datum.objects.codec import encode
from datum.objects.disk import DiskStore
from datum.objects.kinds import Kind
from datum.objects.verify import verify

BIG = bytes(range(256)) * 5000
ITEMS = [encode([number, "x" * 40]) for number in range(3000)]


def _transaction(store):
    writer = store.writer()
    for data in ITEMS:
        writer.put(Kind.ITEM, data)
    writer.put_media(BIG)
    writer.put_media(bytes(70_000))
    return writer.seal()


def _dying(step):
    """Let the process end at the given call among those that make something durable or visible."""
    left = [step]

    def counted(real):
        def call(*args, **kwargs):
            if left[0] == 0:
                os._exit(9)
            left[0] -= 1
            return real(*args, **kwargs)

        return call

    os.fsync, os.write = counted(os.fsync), counted(os.write)
    Path.replace, Path.mkdir = counted(Path.replace), counted(Path.mkdir)


def _run(path, index, step):
    _dying(step)
    _transaction(DiskStore.open(path, index_dir=index))


def test_every_prefix_of_the_writes_is_valid(tmp_path):
    """Whatever was written before the end, the store reads on, and the transaction can be redone."""
    context = multiprocessing.get_context("fork")
    path = tmp_path / "store"
    first = DiskStore.create(path, index_dir=tmp_path / "index")
    writer = first.writer()
    kept = [writer.put(Kind.COMMIT, encode([number])) for number in range(5)]
    inline = [(0, writer.seal().inline)]
    step, code = 0, 9
    while code == 9:
        child = context.Process(target=_run, args=(path, tmp_path / f"index{step}", step))
        child.start()
        child.join(60)
        code = child.exitcode
        store = DiskStore.open(path, index_dir=tmp_path / "index")
        store.learn([], inline, 0)
        assert len(store.get_many(kept)) == 5
        names = list(store.files.list("packs/"))
        digests = [name.rpartition("/")[2].removesuffix(".pack") for name in names]
        assert list(verify(store, digests, inline)) == []
        step += 1
    assert code == 0
    assert step > 10
    sealed = _transaction(store)
    assert list(verify(store, sealed.packs, inline)) == []
