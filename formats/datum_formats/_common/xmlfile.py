"""XML files: parsed without entities, network or deep trees; written with the same bytes every time."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from lxml import etree

from datum.errors import FormatError
from datum_formats._common.files import read_bytes

__all__ = ["escape", "is_xml_text", "iterate_xml", "quoteattr", "read_xml"]


_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def is_xml_text(text: str) -> bool:
    """Whether XML 1.0 has all the characters of a text."""
    return _NOT_XML.search(text) is None


def read_xml(path: Path) -> etree._Element:
    """The root of an XML file.

    Raises:
        FormatError: It is missing, not well formed, or has a document type with entities.
    """
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    try:
        root = etree.fromstring(read_bytes(path), parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise _broken(path, error) from error
    _refuse_entities(root, path)
    return root


def iterate_xml(path: Path, tags: tuple[str, ...]) -> Iterator[etree._Element]:
    """The elements called *tags*, each whole, as the file is read; memory does not grow with it.

    Raises:
        FormatError: The file is missing, not well formed, or has a document type with entities.
    """
    try:
        with path.open("rb") as file:
            events = etree.iterparse(
                file, events=("end",), tag=tags, resolve_entities=False, no_network=True
            )
            first = True
            for _, element in events:
                if first:
                    _refuse_entities(element, path)
                    first = False
                yield element
                element.clear()
                while element.getprevious() is not None:
                    parent = element.getparent()
                    if parent is None:
                        break
                    del parent[0]
    except OSError as error:
        raise FormatError(error.strerror or str(error), path=path) from error
    except (etree.XMLSyntaxError, ValueError) as error:
        raise _broken(path, error) from error


def _refuse_entities(element: etree._Element, path: Path) -> None:
    dtd: Any = element.getroottree().docinfo.internalDTD
    if dtd is not None and next(iter(dtd.entities()), None) is not None:
        raise FormatError("XML entities are refused", path=path)


def _broken(path: Path, error: Exception) -> FormatError:
    if not isinstance(error, etree.XMLSyntaxError):
        return FormatError(f"not well-formed XML: {error}", path=path)
    reason = str(error.msg).partition(", line ")[0]  # what follows says the same as path and line
    return FormatError(f"not well-formed XML: {reason}", path=path, line=error.lineno)
