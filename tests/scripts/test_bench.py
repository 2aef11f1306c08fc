"""The benchmarks' data and measuring, at a size that takes no time."""

import json
import sys
from importlib import import_module
from pathlib import Path

import pytest

from datum.project.project import Project
from datum.refs.commits import Identity

SCRIPTS = Path(__file__).resolve().parents[2] / "scripts"


@pytest.fixture(autouse=True)
def importable(monkeypatch):
    """Makes the modules of scripts/ importable."""
    monkeypatch.syspath_prepend(str(SCRIPTS))


@pytest.fixture
def bench_data():
    """The module that makes the data."""
    return import_module("bench_data")


@pytest.fixture
def plan(bench_data):
    """A plan of a few images."""
    return bench_data.Plan(images=30, instances=200, pictures=2, million=40, seed=3)


def files(folder):
    """The bytes of all files by their paths."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def test_one_seed_makes_the_same_bytes(bench_data, plan, tmp_path):
    """Two folders made from one seed are equal in every byte."""
    bench_data.make_data(tmp_path / "a", plan)
    bench_data.make_data(tmp_path / "b", plan)
    assert files(tmp_path / "a") == files(tmp_path / "b")


def test_another_seed_makes_other_bytes(bench_data, plan, tmp_path):
    """Every file hangs on the seed."""
    bench_data.make_data(tmp_path / "a", plan)
    other = bench_data.Plan(images=30, instances=200, pictures=2, million=40, seed=4)
    bench_data.make_data(tmp_path / "b", other)
    first, second = files(tmp_path / "a"), files(tmp_path / "b")
    assert all(first[name] != second[name] for name in first.keys() & second.keys())


def test_data_that_is_there_is_left_as_it_is(bench_data, plan, tmp_path):
    """The data is made once, and again only for another plan."""
    assert bench_data.make_data(tmp_path, plan)
    assert not bench_data.make_data(tmp_path, plan)
    other = bench_data.Plan(images=5, instances=9, pictures=1, million=4, seed=3)
    assert bench_data.make_data(tmp_path, other)


def test_a_folder_of_other_things_is_refused(bench_data, plan, tmp_path):
    """Nothing that this script did not make is replaced."""
    (tmp_path / "mine.txt").write_text("mine")
    with pytest.raises(FileExistsError, match="holds something else"):
        bench_data.make_data(tmp_path, plan)
    assert files(tmp_path) == {"mine.txt": b"mine"}


def test_the_whole_plan_has_the_stated_counts(bench_data):
    """Scale 1 is the data that the budgets are stated for."""
    whole = bench_data.Plan.of()
    assert (whole.images, whole.instances) == (118_287, 857_000)
    assert (whole.pictures, whole.million) == (5_000, 1_000_000)


def test_annotations_lie_within_their_images(bench_data, plan, tmp_path):
    """Boxes and points are inside, areas are positive, a file has the planned counts."""
    bench_data.make_data(tmp_path, plan)
    found = json.loads((tmp_path / "coco/annotations/instances_train2017.json").read_text())
    assert (len(found["images"]), len(found["annotations"])) == (30, 200)
    sizes = {image["id"]: (image["width"], image["height"]) for image in found["images"]}
    for note in found["annotations"]:
        width, height = sizes[note["image_id"]]
        x, y, w, h = note["bbox"]
        assert 0 <= x < x + w <= width + 0.01
        assert 0 <= y < y + h <= height + 0.01
        assert note["area"] > 0


@pytest.mark.parametrize(
    ("name", "items", "media"),
    [("coco", 30, "none"), ("pictures", 2, "store"), ("million", 40, "none")],
)
def test_datum_takes_it_in(bench_data, plan, tmp_path, name, items, media):
    """Each of the three datasets is read, stored and committed."""
    bench_data.make_data(tmp_path / "data", plan)
    project = Project.create(tmp_path / "project", author=Identity("Ada", "ada@example.org"))
    project.add(tmp_path / "data" / name, "coco_instances", media=media)
    project.commit("First")
    assert len(project.dataset()) == items


def test_an_edit_moves_one_box_and_nothing_else(bench_data, plan, tmp_path):
    """The measured edit of a JSON file changes one number."""
    bench_data.make_data(tmp_path, plan)
    file = tmp_path / "pictures/annotations/instances_train.json"
    before = json.loads(file.read_text())
    import_module("benchmarks.edits").edit_json(file, 3)
    after = json.loads(file.read_text())
    assert after["annotations"][0]["bbox"][0] == pytest.approx(
        before["annotations"][0]["bbox"][0] + 3
    )
    before["annotations"][0]["bbox"][0] = after["annotations"][0]["bbox"][0]
    assert after == before


def test_a_command_that_fails_says_why(tmp_path):
    """The last line that a command printed becomes the reason."""
    measure = import_module("benchmarks.measure")
    command = [sys.executable, "-S", "-c", "import sys; sys.exit('first\\nno such thing')"]
    with pytest.raises(measure.FailedError, match=r"^no such thing$"):
        measure.run(command, folder=tmp_path, env={}, log=tmp_path / "log")


def test_growth_and_memory_are_measured(tmp_path):
    """Bytes that a command wrote into a watched folder are counted, and the memory of its process."""
    measure = import_module("benchmarks.measure")
    (tmp_path / "store").mkdir()
    code = "from pathlib import Path; Path('store/new').write_bytes(bytes(1000))"
    trial = measure.Trial(
        [sys.executable, "-S", "-c", code], folder=tmp_path, grows=[tmp_path / "store"]
    )
    found = measure.measure(trial, runs=1, env={}, log=tmp_path / "log")
    assert found.added == 1000
    assert found.peak > 10**6


def result(name, seconds, peers, *, peak=10**7, added=None):
    """What came of a row, with runs that took so long."""
    page, measure = import_module("benchmarks.page"), import_module("benchmarks.measure")
    rows = {row.name: row for row in import_module("benchmarks.rows").ROWS}
    return page.Result(rows[name], measure.Measured((seconds,), peak, added), peers)


@pytest.mark.parametrize(
    ("seconds", "added", "verdict"),
    [(0.4, 4_000, "pass"), (1.2, 4_000, "**miss**"), (0.4, 60_000, "**miss**")],
)
def test_every_limit_of_a_budget_counts(seconds, added, verdict):
    """A row passes where time and growth are both within the limits."""
    table = import_module("benchmarks.page").table
    line = table([result("edit", seconds, {}, added=added)], scale=1.0).splitlines()[2]
    assert line.endswith(f"| {verdict} |")


def test_an_earlier_figure_is_marked_and_used_for_the_whole_data_alone():
    """A peer that was not measured counts by its earlier figure, which a trial does not have."""
    table = import_module("benchmarks.page").table
    found = [result("read", 5.0, {"Datumaro": "not installed"})]
    assert "Datumaro: 55 s, 4.3 GB †" in table(found, scale=1.0)
    assert table(found, scale=1.0).splitlines()[2].endswith("| pass |")
    assert "Datumaro: not installed" in table(found, scale=0.01)
    assert table(found, scale=0.01).splitlines()[2].endswith("| – |")


def remembered(tmp_path, *, again=False, data="seed 7", version="1.13.12"):
    """Results of peers in a file."""
    module = import_module("benchmarks.remembered")
    setting, versions = {"data": data}, {"Datumaro": version}
    return module.Remembered(tmp_path / "peers.json", setting, versions, again=again)


def test_a_slow_result_of_another_tool_is_remembered_with_its_day(tmp_path):
    """What took long is found by the next run on the same data; what was quick is measured anew."""
    measured = import_module("benchmarks.measure").Measured
    first = remembered(tmp_path)
    first.keep("Datumaro", "voc", measured((428.0,), 10**9, cpu=430.0))
    first.keep("Datumaro", "help", measured((1.2,), 10**8))
    found = remembered(tmp_path).find("Datumaro", "voc")
    assert (found.seconds, found.peak, found.cpu) == ((428.0,), 10**9, 430.0)
    assert found.day
    assert remembered(tmp_path).find("Datumaro", "help") is None


@pytest.mark.parametrize("change", [{"again": True}, {"data": "seed 8"}, {"version": "1.14"}])
def test_a_result_of_another_setting_is_not_used(tmp_path, change):
    """Other data, another version, or the wish to measure again: nothing is known."""
    measured = import_module("benchmarks.measure").Measured
    remembered(tmp_path).keep("Datumaro", "voc", measured((428.0,), 10**9))
    assert remembered(tmp_path, **change).find("Datumaro", "voc") is None


def test_a_remembered_result_is_marked():
    """The table says which results come from an earlier run, and from when."""
    page, measure = import_module("benchmarks.page"), import_module("benchmarks.measure")
    earlier = measure.Measured((420.0,), 4 * 10**9, day="2026-01-31")
    found = page.table([result("voc", 20.0, {"Datumaro": earlier})], scale=1.0)
    assert "Datumaro: 420 s, 4.0 GB ‡" in found
    assert "2026-01-31" in found.splitlines()[-1]
