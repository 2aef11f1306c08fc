"""Which format a path is in."""

from pathlib import Path

import pytest
from msgspec.structs import replace

from datum.detection import Detection, FolderProbe, Match, detect, detect_one
from datum.errors import DetectionError, FormatError
from datum.plugins import EXACT, LIKELY, POSSIBLE, Format, Probe, Reading, Verdict


def make(root: Path, *names: str) -> Path:
    for name in names:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(name.encode())
    return root


def card(name: str, score: int = 0, reason: str = "because") -> Format:
    return Format(
        name=name,
        title=name,
        link="https://example.org",
        keeps=frozenset(),
        read=lambda _path, _options: Reading(categories=None, items=()),
        sniff=lambda _: Verdict(score, reason),
    )


@pytest.mark.parametrize(
    ("pattern", "found"),
    [
        ("*.txt", ["a.txt", "b.txt"]),
        ("a.txt", ["a.txt"]),
        ("missing.txt", []),
        ("annotations/*.json", ["annotations/x.json"]),
        ("*/*.json", ["annotations/x.json", "other/y.json"]),
        ("**/*.json", ["annotations/x.json", "other/y.json", "top.json"]),
        ("other/**/*.png", ["other/deep/er/z.png"]),
        ("other/**", ["other/deep/er/z.png", "other/y.json"]),
        ("annotations", []),
        ("**/x.json", ["annotations/x.json"]),
        (".*", [".hidden"]),
        ("[ab].txt", ["a.txt", "b.txt"]),
        ("A.TXT", []),
    ],
)
def test_names_that_match_a_pattern(tmp_path: Path, pattern: str, found: list[str]):
    """Globs are answered with sorted relative names of files, hidden ones only when asked for."""
    make(tmp_path, "b.txt", "a.txt", "top.json", "annotations/x.json", "other/y.json")
    make(tmp_path, "other/deep/er/z.png", ".hidden", ".git/config.txt")
    assert FolderProbe(tmp_path).files(pattern) == found


def test_names_are_looked_for_four_folders_deep(tmp_path: Path):
    """`**` has an end, so that a deep tree costs little."""
    make(tmp_path, "1/2/3/4/in.txt", "1/2/3/4/5/out.txt")
    assert FolderProbe(tmp_path).files("**/*.txt") == ["1/2/3/4/in.txt"]


def test_a_loop_of_links_ends(tmp_path: Path):
    """A link to a folder above does not make the probe run forever."""
    make(tmp_path, "folder/a.txt")
    (tmp_path / "folder" / "up").symlink_to(tmp_path)
    assert "folder/a.txt" in FolderProbe(tmp_path).files("**/*.txt")


def test_a_file_has_its_own_name(tmp_path: Path):
    """For a file, patterns without folders are matched against its name."""
    make(tmp_path, "x.json")
    probe = FolderProbe(tmp_path / "x.json")
    assert probe.files("*.json") == probe.files("**/*.json") == ["x.json"]
    assert probe.files("annotations/*.json") == probe.files("*.xml") == []
    assert probe.head("x.json", 3) == b"x.j"


def test_heads_of_files(tmp_path: Path):
    """A head is the first bytes; a file that is not there is an error that names it."""
    make(tmp_path, "folder/a.txt")
    probe = FolderProbe(tmp_path)
    assert probe.head("folder/a.txt") == b"folder/a.txt"
    assert probe.head("folder/a.txt", 6) == b"folder"
    with pytest.raises(FormatError, match=r"gone\.txt"):
        probe.head("gone.txt")


def test_matches_are_sorted_and_rejections_have_reasons(tmp_path: Path):
    """The best match comes first; who said no is listed by name."""
    found = detect(
        tmp_path,
        [card("no", 0, "no a.txt"), card("b", LIKELY), card("a", LIKELY), card("best", EXACT)],
    )
    assert found == Detection(
        path=tmp_path,
        matches=(
            Match("best", EXACT, "because"),
            Match("a", LIKELY, "because"),
            Match("b", LIKELY, "because"),
        ),
        rejections=(("no", "no a.txt"),),
    )


def test_a_broken_sniffer_is_a_rejection(tmp_path: Path):
    """A plugin that fails says so, and the others are heard."""

    def fail(_probe: Probe) -> Verdict:
        raise ZeroDivisionError("by zero")

    broken = replace(card("broken"), sniff=fail)
    silent = replace(card("silent"), sniff=None)
    found = detect(tmp_path, [broken, silent, card("fine", LIKELY)])
    assert [match.name for match in found.matches] == ["fine"]
    assert found.rejections == (
        ("broken", "its sniffer failed: ZeroDivisionError: by zero"),
        ("silent", "cannot be recognised by its files"),
    )


def test_formats_that_cannot_read_are_not_asked(tmp_path: Path):
    """A format that is only written is neither match nor rejection."""
    found = detect(tmp_path, [replace(card("out", EXACT), read=None)])
    assert (found.matches, found.rejections) == ((), ())


def test_a_path_that_is_not_there(tmp_path: Path):
    """A missing path is an error that names it."""
    with pytest.raises(DetectionError, match="gone: no such file or folder"):
        detect(tmp_path / "gone")


def test_the_best_format_is_taken(tmp_path: Path):
    """One format with the highest score is the answer."""
    best = card("best", EXACT)
    assert detect_one(tmp_path, iter([card("a", LIKELY), best, card("b", POSSIBLE)])) is best


def test_the_umbrella_is_taken_among_variants(tmp_path: Path):
    """`coco` wins over `coco_instances` where both fit equally well."""
    umbrella = card("coco", LIKELY)
    assert detect_one(tmp_path, [card("coco_instances", LIKELY), umbrella]) is umbrella


def test_several_that_fit_equally_well(tmp_path: Path):
    """Strangers with one score are an error that names both, and who said no."""
    with pytest.raises(DetectionError, match="several formats fit: a, b") as caught:
        detect_one(tmp_path, [card("b", LIKELY), card("a", LIKELY), card("c", 0, "no x")])
    assert caught.value.candidates == ("a", "b")
    assert caught.value.rejections == (("c", "no x"),)


def test_variants_without_their_umbrella(tmp_path: Path):
    """Two variants of a family that fit equally well are an error."""
    with pytest.raises(DetectionError):
        detect_one(tmp_path, [card("voc_layout", LIKELY), card("voc_action", LIKELY)])


def test_nothing_fits(tmp_path: Path):
    """Where no format fits, each one's reason is in the error."""
    with pytest.raises(DetectionError, match="no format fits") as caught:
        detect_one(tmp_path, [card("a", 0, "no *.json")])
    assert caught.value.rejections == (("a", "no *.json"),)


def test_installed_formats_are_asked_under_their_own_names(tmp_path: Path):
    """Other spellings are skipped, and a plugin that does not load never crashes detection."""
    found = detect(make(tmp_path, "some.bin"))
    names = [match.name for match in found.matches] + [name for name, _ in found.rejections]
    assert len(names) == len(set(names))
    assert "datumaro" in names
