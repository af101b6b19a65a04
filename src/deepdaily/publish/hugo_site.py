"""A Hugo site as it is: where its posts belong, how they are written, and where readers find them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, TypeAlias

from deepdaily.core.types import Language
from deepdaily.publish.site_config import Table, config_of

FrontMatter: TypeAlias = Literal["toml", "yaml"]

_USUAL_SECTIONS = ("posts", "post", "blog")
_POSTS_LOOKED_AT = 20


@dataclass(frozen=True, slots=True)
class SiteLanguages:
    """`keys`: those of its table of languages; none where it has but one."""

    default: str
    keys: Sequence[str] = ()

    def key(self, language: Language) -> str | None:
        """The site's name of `language`: `zh-cn`; None where the site has it not."""
        return next((one for one in self.keys if one.partition("-")[0] == language), None)

    def suffix(self, language: Language) -> str | None:
        """What the name of a post in `language` ends in: `.zh-cn`, nothing for the default; None where the site has it not."""
        key = self.key(language)
        if key is None:
            return None
        return "" if key == self.default else f".{key}"


@dataclass(frozen=True, slots=True)
class HugoSite:
    """The site in `folder`; without a configuration it is a folder that is laid out like one."""

    folder: Path
    config: Table
    unread: Sequence[str] = ()
    """What of the configuration could not be read, in words."""

    @classmethod
    def at(cls, folder: Path) -> HugoSite:
        return cls(folder, *config_of(folder))

    @classmethod
    def around(cls, folder: Path) -> HugoSite | None:
        """The site that `folder` lies in, at most three folders up; None where it lies in none."""
        parents = list(folder.absolute().parents)[:3]
        sites = (cls.at(one) for one in parents if any(one.glob("hugo.*")) or (one / "content").is_dir())
        return next((one for one in sites if one.is_site), None)

    @property
    def is_site(self) -> bool:
        """Whether there is a configuration that can be read."""
        return bool(self.config)

    @property
    def languages(self) -> SiteLanguages:
        # Where nothing is said a site is in English (Hugo's documentation, 2026).
        default = str(self.config.get("defaultcontentlanguage") or "en").lower()
        return SiteLanguages(default, list(self._table("languages")))

    def content(self, language: Language) -> str:
        """The folder below the site's own where posts in `language` belong: `content`."""
        return self._content_of(self.languages.key(language) or self.languages.default)

    def has_folder_of_its_own(self, language: Language) -> bool:
        """Whether `language` is not the site's first and has another content folder: its posts need no ending that names it."""
        key, default = self.languages.key(language), self.languages.default
        return key is not None and key != default and self._content_of(key) != self._content_of(default)

    def _content_of(self, key: str) -> str:
        own = _place(self._of_language(key).get("contentdir"))
        return own or self._mounted("content", key) or _place(self.config.get("contentdir")) or "content"

    @property
    def static(self) -> str:
        """The folder below the site's own whose files are served as they are; empty where there is no site."""
        named = self.config.get("staticdir")
        first = next(iter(named), "") if isinstance(named, Sequence) and not isinstance(named, str) else named
        return (self._mounted("static", None) or _place(first) or "static") if self.is_site else ""

    def section(self, content: str = "content") -> str:
        """Where posts belong below a content folder: what the site calls its main section, or the one of the usual ones it has."""
        named = self.config.get("mainsections") or self._table("params").get("mainsections")
        main = _place(named[0] if isinstance(named, list) and named else named)
        there = (one for one in _USUAL_SECTIONS if (self.folder / content / one).is_dir())
        return main or next(there, _USUAL_SECTIONS[0])

    def front_matter(self, content: str, section: str) -> FrontMatter:
        """How the site's posts begin: as its archetypes do, or most of its posts, or as it says; TOML where nothing tells."""
        archetypes = self.folder / (_place(self.config.get("archetypedir")) or "archetypes")
        told = (_begins(archetypes / name) for name in (f"{section}.md", f"{section}/index.md", "default.md"))
        by_archetype: FrontMatter | None = next(filter(None, told), None)
        if by_archetype:
            return by_archetype
        posts = [_begins(path) for path in sorted((self.folder / content / section).glob("**/*.md"))[:_POSTS_LOOKED_AT]]
        more_toml = posts.count("toml") - posts.count("yaml")
        if more_toml:
            return "toml" if more_toml > 0 else "yaml"
        return "yaml" if str(self.config.get("metadataformat", "")).lower() in ("yaml", "yml") else "toml"

    def base_url(self, language: Language | None = None) -> str:
        """The site's own address; empty where it names none that readers could follow."""
        key = language and self.languages.key(language)
        named = str((self._of_language(key).get("baseurl") if key else None) or self.config.get("baseurl") or "")
        return named if re.match(r"https?://[^/\s]+\.[^/\s]", named) else ""

    def permalink(self, section: str, language: Language) -> str:
        """The pattern of a section's addresses, as `/:section/:slug/`; empty where the site has none."""
        own = self._of_language(self.languages.key(language) or "").get("permalinks")
        for table in (own, self.config.get("permalinks")):
            pages = table.get("page") if isinstance(table, Mapping) and isinstance(table.get("page"), Mapping) else table
            if isinstance(pages, Mapping) and isinstance(pages.get(section.lower()), str):
                return str(pages[section.lower()])
        return ""

    def home(self, language: Language) -> str:
        """The path of a language's pages below the site's address: `/en/`."""
        key, languages = self.languages.key(language), self.languages
        own_host = key and self._of_language(key).get("baseurl")
        plain = key is None or own_host or (key == languages.default and not self.says("defaultcontentlanguageinsubdir"))
        return "/" if plain else f"/{key}/"

    def unbuilt(self, place: str, language: Language) -> str:
        """Why the site would not build the post at `place`, in words; empty where nothing says so."""
        kinds = [str(one).lower() for one in _listed(self.config.get("disablekinds"))]
        if "page" in kinds:
            return "the site builds no pages (disableKinds)"
        key = self.languages.key(language) or self.languages.default
        off = [str(one).lower() for one in _listed(self.config.get("disablelanguages"))]
        if key in off or _true(self._of_language(key).get("disabled")):
            return f"the site leaves out the language {key}"
        for pattern in map(str, _listed(self.config.get("ignorefiles"))):
            if _matches(pattern, str(self.folder / place)):
                return f"the site ignores it (ignoreFiles: {pattern})"
        return ""

    def says(self, key: str) -> bool:
        return _true(self.config.get(key))

    def _table(self, key: str) -> Table:
        found = self.config.get(key)
        return found if isinstance(found, Mapping) else {}

    def _of_language(self, key: str) -> Table:
        found = self._table("languages").get(key)
        return found if isinstance(found, Mapping) else {}

    def _mounted(self, target: str, language: str | None) -> str:
        """The folder of the site that is mounted as `target`, for `language` where that is told; empty where none is."""
        found = [one for one in self._mounts() if str(one.get("target", "")).strip("/") == target]
        own = [one for one in found if language and str(one.get("lang", "")).lower() == language]
        common = [one for one in found if not one.get("lang")]
        return next(filter(None, (_place(one.get("source")) for one in [*own, *common])), "")

    def _mounts(self) -> Iterator[Table]:
        for one in _listed(self._table("module").get("mounts")):
            if isinstance(one, Mapping):
                yield {str(key).lower(): value for key, value in one.items()}


def _place(named: Any) -> str:
    """A folder below the site's own, as it is named; empty where it is none or leads out of it."""
    parts = str(named or "").replace("\\", "/").strip("/").split("/")
    kept = [part for part in parts if part not in ("", ".")]
    return "" if ".." in kept or str(named).startswith("/") else "/".join(kept)


def _listed(found: Any) -> Sequence[Any]:
    return found if isinstance(found, list) else []


def _true(found: Any) -> bool:
    return found is True or str(found).lower() == "true"


def _matches(pattern: str, path: str) -> bool:
    try:
        return re.search(pattern, path) is not None
    except re.error:
        return False


def _begins(path: Path) -> FrontMatter | None:
    """How a file's front matter is written; None where that cannot be told."""
    try:
        with path.open("rb") as file:
            first = file.read(8).removeprefix(b"\xef\xbb\xbf")[:3]
    except OSError:
        return None
    return {b"+++": "toml", b"---": "yaml"}.get(first)  # type: ignore[return-value]
