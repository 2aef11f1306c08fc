"""The validator of docs/writing-a-validator.md is complete: its own test passes."""

import re
import sys
from pathlib import Path
from types import ModuleType

from datum.validators import Validator

PAGE = (Path(__file__).resolve().parents[2] / "docs/writing-a-validator.md").read_text("utf-8")


def load(name: str) -> ModuleType:
    """The module of the block that begins with its name."""
    blocks = re.findall(r"^```python\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE)
    (code,) = [text for text in blocks if text.startswith(f"# {name}.py")]
    module = ModuleType(name)
    sys.modules[name] = module
    exec(compile(code, f"{name}.py", "exec"), module.__dict__)  # noqa: S102 (our own page)
    return module


def test_the_validator_of_the_page_does_what_the_page_says():
    """The card is one, and the test on the page passes."""
    assert isinstance(load("small_objects").SMALL_OBJECTS, Validator)
    load("test_small_objects").test_small_boxes_are_found()


def test_the_entry_point_of_the_page_names_the_card():
    """The object that the entry point names is in the module."""
    module, name = re.search(r'^small_objects = "(\w+):(\w+)"$', PAGE, re.MULTILINE).groups()
    assert load(module).__dict__[name].name == module
