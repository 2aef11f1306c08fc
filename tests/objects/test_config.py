"""``store.toml``."""

import tomllib

import pytest

from datum.errors import StoreError, StoreVersionError
from datum.objects.config import CONFIG_NAME, read_config, write_config
from datum.objects.files import MemoryFiles
from datum.objects.rule import TreeRule


def _with(text):
    files = MemoryFiles()
    files.put_new(CONFIG_NAME, text.encode())
    return files


def _changed(old, new):
    files = MemoryFiles()
    write_config(files)
    return _with(files.get(CONFIG_NAME).decode().replace(old, new))


@pytest.mark.parametrize("name", ["xxh3-128", "sha256"])
def test_what_is_written_is_read(name):
    """The rules come back, and every store has a uuid of its own."""
    files, other = MemoryFiles(), MemoryFiles()
    config = write_config(files, hash_name=name)
    assert read_config(files, "here") == config
    assert (config.hash, config.tree) == (name, TreeRule())
    assert write_config(other).uuid != config.uuid


def test_all_rules_are_in_the_file():
    """Hash, version and every constant of the trees are written down."""
    files = MemoryFiles()
    config = write_config(files)
    assert tomllib.loads(files.get(CONFIG_NAME).decode()) == {
        "format": 1,
        "uuid": config.uuid,
        "hash": "xxh3-128",
        "tree": {
            "name": "weibull-xxh3-64",
            "shape": 4,
            "scale": 4096,
            "minimum": 512,
            "maximum": 16384,
        },
    }


def test_written_once():
    """A store is not made where one is."""
    files = MemoryFiles()
    config = write_config(files)
    with pytest.raises(StoreError, match="already"):
        write_config(files)
    assert read_config(files, "here") == config


def test_unknown_hashes_are_refused():
    """Neither made nor opened."""
    files = MemoryFiles()
    with pytest.raises(StoreVersionError):
        write_config(files, hash_name="md5")
    assert files.list("") == []
    with pytest.raises(StoreVersionError):
        read_config(_changed("xxh3-128", "md5"), "here")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("format = 1", "format = 2"),
        ("format = 1", "format = 1\nchunked = true"),
        ("scale = 4096", "scale = 4096\nslope = 1"),
        ("scale = 4096", "scale = 0"),
        ("weibull-xxh3-64", "rolling"),
    ],
)
def test_unknown_rules_are_refused(old, new):
    """A rule that this version cannot follow is not ignored."""
    with pytest.raises(StoreVersionError):
        read_config(_changed(old, new), "here")


def test_version_of_the_layout_comes_first():
    """A later layout may have other fields; the message says which version it is."""
    with pytest.raises(StoreVersionError, match="version 9"):
        read_config(_with('format = 9\nwhatever = "x"\n'), "here")


@pytest.mark.parametrize("text", ["", "format = ", "\udcff", 'format = 1\nuuid = 3\nhash = "x"\n'])
def test_damage_names_the_file(text):
    """A damaged file is an error with its name."""
    files = MemoryFiles()
    files.put_new(CONFIG_NAME, text.encode(errors="surrogateescape"))
    with pytest.raises(StoreError, match=CONFIG_NAME):
        read_config(files, "here")


def test_no_store():
    """A place without the file is not a store."""
    with pytest.raises(StoreError, match="not a store"):
        read_config(MemoryFiles(), "here")
