"""Every transform gives the same bits in another process, whose hashes and locale are others."""

import json
import os
import runpy
import subprocess
import sys
from pathlib import Path

import pytest
from msgspec.structs import replace

from datum.model import KINDS
from datum.plugins import find_transform, transform_names
from datum.project.project import Project
from datum.testing.datasets import image_item
from datum.testing.samples import all_kinds_dataset, sample

OPTIONS = {
    **runpy.run_path(str(Path(__file__).with_name("test_conformance.py")))["OPTIONS"],
    "label_random_sampler": {"count": "3"},
    "ndr": {"working_subset": "train"},
    "sampler": {"count": "5", "method": "randk"},
}
NAMES = [name for name in transform_names() if find_transform(name).name == name]

SCRIPT = """
import json, sys
from datum.project.project import Project
from datum.project.replay import reproduce

session = Project.open(sys.argv[1]).session
print(json.dumps({
    ref.removeprefix("derived/"): [step.outcome for step in reproduce(session, oid)]
    for ref, oid in reversed(session.refs.all("derived/").items())
}))
"""


@pytest.fixture(scope="module")
def outcomes(tmp_path_factory):
    """What each transform's result came out as, when all were reproduced elsewhere."""
    project = Project.create(tmp_path_factory.mktemp("every"))
    small = all_kinds_dataset()  # the options of the other test are for these items
    with project.edit("begin") as editing:
        editing.declare(small.categories)
        for item in small:
            editing.put(item)
        for n in range(24):
            notes = [replace(sample(kind), score=0.5 + n / 64) for kind in sorted(KINDS)]
            editing.put(image_item(f"{n}", *notes[: n % (len(notes) + 1)], seed=n // 2))
    for name in NAMES:
        project.transform(name, OPTIONS.get(name, {}), output=name)
    found = {}
    for seed, locale in ((1, "C"), (2, "C.UTF-8")):
        env = {**os.environ, "PYTHONHASHSEED": str(seed), "LC_ALL": locale}
        command = [sys.executable, "-c", SCRIPT, str(project.root)]
        done = subprocess.run(command, env=env, capture_output=True, text=True, check=True)  # noqa: S603 (our own script)
        for name, steps in json.loads(done.stdout).items():
            found.setdefault(name, []).append(steps)
    return found


@pytest.mark.parametrize("name", NAMES)
def test_every_transform_is_reproduced(outcomes, name):
    """Seeded ones too: the snapshot has the content id that is on record."""
    assert outcomes[name] == [["given", "same"]] * 2
