"""``store.toml``: the rules that a store was made by, written once and never changed."""

import tomllib
import uuid

import msgspec

from datum.errors import StoreError, StoreVersionError
from datum.objects.files import Files
from datum.objects.ids import DEFAULT_HASH, hasher
from datum.objects.rule import TreeRule

__all__ = ["CONFIG_NAME", "FORMAT_VERSION", "StoreConfig", "read_config", "write_config"]

CONFIG_NAME = "store.toml"

FORMAT_VERSION = 1
"""Version of the layout of stores and packs."""


class StoreConfig(msgspec.Struct, frozen=True, kw_only=True):
    """What ``store.toml`` says."""

    uuid: str
    """Random; tells this store from every other one."""
    hash: str = DEFAULT_HASH
    tree: TreeRule = msgspec.field(default_factory=TreeRule)


class _Layout(msgspec.Struct, frozen=True):
    """The file as such; an unknown key is a rule that this version cannot follow."""

    format: int
    uuid: str
    hash: str
    tree: dict[str, int | str]


def write_config(files: Files, *, hash_name: str = DEFAULT_HASH) -> StoreConfig:
    """Make a new store's rules.

    Raises:
        StoreVersionError: this version does not know the hash.
        StoreError: there is a store already.
    """
    hasher(hash_name)
    config = StoreConfig(uuid=str(uuid.uuid4()), hash=hash_name)
    if not files.put_new(CONFIG_NAME, _render(config).encode()):
        raise StoreError("there is a store already", hint="open it, or choose another place")
    return config


def read_config(files: Files, place: str) -> StoreConfig:
    """The rules of the store at *place* (a name for messages).

    Raises:
        StoreError: there is no store, or its file is damaged.
        StoreVersionError: it was made by rules that this version does not know.
    """
    try:
        layout = _parse(files.get(CONFIG_NAME).decode())
    except FileNotFoundError as error:
        raise StoreError(f"{place}: not a store: it has no {CONFIG_NAME}") from error
    except (ValueError, msgspec.ValidationError) as error:
        raise StoreError(f"{place}: {CONFIG_NAME} is damaged: {error}") from error
    if layout.format != FORMAT_VERSION:
        raise StoreVersionError(
            f"{place}: made by version {layout.format} of the layout, this datum knows {FORMAT_VERSION}",
            hint="upgrade datum",
        )
    hasher(layout.hash)
    return StoreConfig(uuid=layout.uuid, hash=layout.hash, tree=_tree(layout.tree, place))


def _parse(text: str) -> _Layout:
    table = tomllib.loads(text)
    version = table.get("format")
    if isinstance(version, int) and version != FORMAT_VERSION:  # other fields may mean anything
        return _Layout(format=version, uuid="", hash="", tree={})
    unknown = sorted(table.keys() - set(_Layout.__struct_fields__))
    if unknown:
        raise StoreVersionError(f"this version does not know the rule '{unknown[0]}' of a store")
    return msgspec.convert(table, _Layout)


def _tree(table: dict[str, int | str], place: str) -> TreeRule:
    unknown = sorted(table.keys() - set(TreeRule.__struct_fields__))
    if unknown:
        raise StoreVersionError(f"{place}: unknown tree constant '{unknown[0]}'")
    try:
        return msgspec.convert(table, TreeRule)
    except msgspec.ValidationError as error:
        raise StoreError(f"{place}: {CONFIG_NAME} is damaged: {error}") from error


def _render(config: StoreConfig) -> str:
    lines = [
        f"format = {FORMAT_VERSION}",
        f'uuid = "{config.uuid}"',
        f'hash = "{config.hash}"',
        "",
        "[tree]",
    ]
    for name, value in msgspec.to_builtins(config.tree).items():
        lines.append(f"{name} = {value}" if isinstance(value, int) else f'{name} = "{value}"')
    return "\n".join(lines) + "\n"
