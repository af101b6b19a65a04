"""The lines of a settings file that name feeds, changed by the program; everything else in it stays as a person wrote it."""

from __future__ import annotations

import os
import re
import shutil
import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import tomli_w

from deepdaily.core.errors import SettingsError

_BLOCK = re.compile(
    r"^\[\[sources\.feed\]\][^\n]*(?:\n|\Z)(?:(?!\[)[^\n]*(?:\n|\Z)|\[sources\.feed\.[^\n]*(?:\n|\Z))*?(?=^\[(?!sources\.feed\.)|\Z)",
    re.M,
)
_TRAILING = re.compile(r"(?:^[ \t]*(?:#[^\n]*)?\n)*\Z", re.M)
_HEAD = re.compile(r"^\[sources\][^\n]*\n", re.M)
_DROP = re.compile(r"^drop[ \t]*=[ \t]*\[", re.M)

Tree = dict[str, Any]


def add_feeds(path: Path, feeds: Sequence[Mapping[str, Any]]) -> None:
    """Write a table for each feed behind what the file has; the file is made where there is none.

    Raises:
        SettingsError: it cannot be read or written, or names its sources in a form that no table can stand beside.
    """
    lines = "".join(f"\n[[sources.feed]]\n{tomli_w.dumps(dict(feed))}" for feed in feeds)

    def wanted(tree: Tree) -> Tree:
        sources = dict(tree.get("sources", {}))
        return tree | {"sources": sources | {"feed": [*sources.get("feed", []), *map(dict, feeds)]}}

    def added(text: str) -> Iterator[str]:
        yield f"{text.rstrip()}\n{lines}".lstrip()

    _change(path, added, wanted, f"write these lines into it yourself:\n{lines}")


def remove_feed(path: Path, url: str) -> bool:
    """Take the tables and the address of a feed out; whether there was one.

    Raises:
        SettingsError.
    """
    sources = _tree(_text(path)).get("sources", {})
    if url in sources.get("add", []):
        _change(path, lambda text: _without_text(text, url), lambda tree: _without(tree, "add", url), f"take {url} out of add")
    elif any(feed.get("url") == url for feed in sources.get("feed", [])):
        _change(
            path, lambda text: _without_block(text, url), lambda tree: _without(tree, "feed", url), f"take the table of {url} out"
        )
    else:
        return False
    return True


def drop_feed(path: Path, name: str) -> None:
    """Name a feed of a list among those that are not asked.

    Raises:
        SettingsError.
    """
    told = tomli_w.dumps({"drop": name}).partition(" = ")[2].strip()

    def wanted(tree: Tree) -> Tree:
        sources = dict(tree.get("sources", {}))
        return tree | {"sources": sources | {"drop": [name, *sources.get("drop", [])]}}

    def dropped(text: str) -> Iterator[str]:
        for found in _DROP.finditer(text):
            empty = text[found.end() :].lstrip().startswith("]")
            yield f"{text[: found.end()]}{told}{'' if empty else ', '}{text[found.end() :]}"
        for found in _HEAD.finditer(text):
            yield f"{text[: found.end()]}drop = [{told}]\n{text[found.end() :]}"
        yield f"{text.rstrip()}\n\n[sources]\ndrop = [{told}]\n".lstrip()

    _change(path, dropped, wanted, f"write drop = [{told}] below [sources] yourself")


def _without(tree: Tree, where: str, url: str) -> Tree:
    sources = dict(tree["sources"])
    left = [one for one in sources[where] if (one if where == "add" else one.get("url")) != url]
    return tree | {"sources": sources | {where: left}}


def _without_text(text: str, url: str) -> Iterator[str]:
    quoted = rf"[ \t]*(?:\"{re.escape(url)}\"|'{re.escape(url)}')[ \t]*,?"
    for found in re.finditer(quoted, text):
        yield text[: found.start()] + text[found.end() :]


def _without_block(text: str, url: str) -> Iterator[str]:
    for found in _BLOCK.finditer(text):
        block = found.group()
        kept = _TRAILING.search(block)
        yield text[: found.start()] + (kept.group() if kept else "") + text[found.end() :]


def _change(path: Path, ways: Callable[[str], Iterator[str]], wanted: Callable[[Tree], Tree], otherwise: str) -> None:
    """Write the first of the texts that says what is wanted, and nothing else than before."""
    text = _text(path)
    tree = _told(wanted(_tree(text)))
    for told in ways(text):
        try:
            same = _told(tomllib.loads(told)) == tree
        except tomllib.TOMLDecodeError:
            continue
        if same:
            return _write(path, told)
    raise SettingsError(f"{path} names its sources in a form of its own", otherwise)


def _told(tree: Tree) -> Tree:
    """What a tree says: an empty list, or table of sources, says as much as none."""
    sources = {key: value for key, value in tree.get("sources", {}).items() if value not in ([], {})}
    return {key: value for key, value in tree.items() if key != "sources"} | ({"sources": sources} if sources else {})


def _text(path: Path) -> str:
    try:
        return path.read_bytes().decode("utf-8-sig") if path.exists() else ""
    except OSError as error:
        raise SettingsError(f"{path} cannot be read: {error.strerror}", "name another by --settings") from error
    except UnicodeDecodeError as error:
        raise SettingsError(f"{path} is not UTF-8: {error}", "save it as UTF-8") from error


def _tree(text: str) -> Tree:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(f"the settings are not valid TOML: {error}", "mend that line; texts stand in double quotes") from error


def _write(path: Path, text: str) -> None:
    beside = path.with_name(f".{path.name}.new")
    try:
        beside.write_bytes(text.encode())
        if path.exists():
            shutil.copymode(path, beside)
        os.replace(beside, path)
    except OSError as error:
        raise SettingsError(f"{path} cannot be written: {error.strerror}", "name another by --settings") from error
