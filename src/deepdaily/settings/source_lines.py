"""The lines of a settings file that name feeds, changed by the program; everything else in it stays as a person wrote it."""

from __future__ import annotations

import os
import re
import shutil
import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import tomli_w

from deepdaily.core.errors import SettingsError
from deepdaily.settings.short_forms import address_of

_BLOCK = re.compile(
    r"^\[\[sources\.feed\]\][^\n]*(?:\n|\Z)(?:(?!\[)[^\n]*(?:\n|\Z)|\[sources\.feed\.[^\n]*(?:\n|\Z))*?(?=^\[(?!sources\.feed\.)|\Z)",
    re.M,
)
_TRAILING = re.compile(r"(?:^[ \t]*(?:#[^\n]*)?\n)*\Z", re.M)
_HEAD = re.compile(r"^\[sources\][^\n]*\n", re.M)
_DROP = re.compile(r"^drop[ \t]*=[ \t]*\[", re.M)

_BLANK_LINE = re.compile(r"\n[ \t\r]*\n\Z")

Tree = dict[str, Any]


def add_feeds(path: Path, feeds: Sequence[Mapping[str, Any]]) -> None:
    """Write a table for each feed behind what the file has; the file is made where there is none.

    Raises:
        SettingsError: it cannot be read or written, or names its sources in a form that no table can stand beside.
    """
    lines = "".join(f"\n{_feed_lines(feed)}" for feed in feeds)

    def wanted(tree: Tree) -> Tree:
        sources = dict(tree.get("sources", {}))
        return tree | {"sources": sources | {"feed": [*sources.get("feed", []), *map(dict, feeds)]}}

    def added(text: str) -> Iterator[str]:
        yield f"{text.rstrip()}\n{lines}".lstrip()

    whole = _sources_lines(wanted(_tree(_text(path)))["sources"])
    _change(path, added, wanted, f"write your sources there in this form instead, and the command works:\n{whole}")


def _feed_lines(feed: Mapping[str, Any]) -> str:
    """A table of a feed, with headers on a line of it."""
    inline = {key: value for key, value in feed.items() if isinstance(value, Mapping)}
    plain = tomli_w.dumps({key: value for key, value in feed.items() if key not in inline})
    pairs = {key: ", ".join(tomli_w.dumps({name: said}).strip() for name, said in value.items()) for key, value in inline.items()}
    return f"[[sources.feed]]\n{plain}" + "".join(f"{key} = {{ {told} }}\n" for key, told in pairs.items())


def _sources_lines(sources: Mapping[str, Any]) -> str:
    """All that names sources, with a table of its own for each feed."""
    rest = {key: value for key, value in sources.items() if key != "feed"}
    return tomli_w.dumps({"sources": rest}) + "".join(f"\n{_feed_lines(feed)}" for feed in sources.get("feed", []))


def remove_feed(path: Path, url: str, bridge: str = "") -> bool:
    """Take every table and address of a feed out, short ones that mean it too; whether there was one.

    `bridge` is the address of one's instance of RSSHub.

    Raises:
        SettingsError.
    """

    def means(written: object) -> bool:
        return isinstance(written, str) and url in (written, _address(written, bridge))

    sources = _tree(_text(path)).get("sources", {})
    added = [one for one in sources.get("add", []) if means(one)]
    tables = [one["url"] for one in sources.get("feed", []) if means(one.get("url"))]
    for one in dict.fromkeys(added):
        _change(path, partial(_without_text, url=one), partial(_without, where="add", url=one), f"take {one} out of add")
    for one in dict.fromkeys(tables):
        told = f"take the table of {one} out"
        _change(path, partial(_without_blocks, url=one), partial(_without, where="feed", url=one), told)
    return bool(added or tables)


def _address(written: str, bridge: str) -> str:
    try:
        return address_of(written, bridge)
    except ValueError:
        return written


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

    _change(path, dropped, wanted, f"write drop = [{told}] among its sources yourself")


def _without(tree: Tree, where: str, url: str) -> Tree:
    sources = dict(tree["sources"])
    left = [one for one in sources[where] if (one if where == "add" else one.get("url")) != url]
    return tree | {"sources": sources | {where: left}}


def _without_text(text: str, url: str) -> Iterator[str]:
    """The text without one of the places where the address stands in quotes, each in turn, and then without all of them."""
    quoted = re.compile(rf"[ \t]*(?:\"{re.escape(url)}\"|'{re.escape(url)}')[ \t]*,?")
    for found in quoted.finditer(text):
        yield _without_entry(text, found.start(), found.end())
    while place := quoted.search(text):
        text = _without_entry(text, *place.span())
        yield text


def _without_entry(text: str, start: int, end: int) -> str:
    """Without one entry of a list, and without its line where nothing else stands in it."""
    before, after = text[:start], text[end:]
    line, _, below = after.partition("\n")
    if not before.rpartition("\n")[2].strip() and not line.strip():
        return before.rpartition("\n")[0] + f"\n{below}"
    if before.endswith("["):
        return before + after.lstrip(" \t")
    return before.removesuffix(",") + after if after.startswith("]") else before + after


def _without_blocks(text: str, url: str) -> Iterator[str]:
    """The text without one of the tables of feeds, each in turn, and then without all that hold the address."""
    for found in _BLOCK.finditer(text):
        yield _without_block(text, found)
    while block := next((one for one in _BLOCK.finditer(text) if url in one.group()), None):
        text = _without_block(text, block)
        yield text


def _without_block(text: str, found: re.Match[str]) -> str:
    """Comments at its end belong to what follows; one blank line stays between what was before and what follows."""
    kept = _TRAILING.search(found.group())
    before, after = text[: found.start()], (kept.group() if kept else "") + text[found.end() :]
    if not after.strip():
        return before.rstrip() + "\n" if before.strip() else ""
    return before + (after.lstrip("\r\n") if _BLANK_LINE.search(before) or not before.strip() else after)


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
