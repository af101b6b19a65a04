"""The words that readers see: one TOML table a language. A further language is one further table.

Texts with `{…}` are filled by `str.format`.
"""

from __future__ import annotations

import tomllib
from collections.abc import Collection, Mapping
from dataclasses import dataclass, is_dataclass
from functools import cache
from importlib.resources import files
from typing import Any, TypeVar, get_args, get_origin, get_type_hints

from deepdaily.core.types import DecisionKind, FollowUpState, Language, SectionKind, SourceKind, SourceState

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class RuleWords:
    """What the built-in writer says; the tables by the names of the rules that use them."""

    ours: str
    proposal: str
    unread: str
    in_part: str
    user_report: str
    first_hand: str
    press: str
    published: str
    publishers: str
    with_versions: str
    attributed: str
    silent: str
    or_else: str
    released: str
    entries: str
    """How many entries of release notes: `evidence.check_claim` counts them again."""
    and_others: str
    table: str
    table_of: str
    table_cut: str
    attributes: Mapping[str, str]
    """What a page states by its form, by the names of `attributes`."""
    sorts: Mapping[str, str]
    """What an entry of release notes does."""
    statuses: Mapping[str, str]
    topics: Mapping[str, str]
    silences: Mapping[str, str]
    questions: Mapping[str, str]
    relations: Mapping[str, str]
    judged: Mapping[str, str]
    titles: Mapping[str, str]
    verbs: Mapping[str, str]
    parts: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class ModelWords:
    """The frames around what a model says."""

    not_when: str
    measure: str
    threshold: str
    way_back: str
    presumes: str
    presumes_comma: str
    worked_out: str
    also: str
    """How a judgement says that a figure of it is worked out, so that a reader and the check can do it again."""


@dataclass(frozen=True, slots=True)
class RecalledWords:
    """What memory brings back, and marks as such."""

    kept: str
    asked: str
    thread: str
    last_known: str
    still_open: str


@dataclass(frozen=True, slots=True)
class TroubleWords:
    """The notice on top of an issue."""

    no_model: str
    kind: str
    """No source of a kind answered; `kind_alone`: and no other kind made up for it."""
    kind_alone: str
    silent: str
    """The state of a source that has none of `states`."""
    quiet: str
    kinds: Mapping[SourceKind, str]
    states: Mapping[str, str]
    rungs: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Words:
    """One language's words: those of an issue whatever its format, and in groups those of one place alone."""

    tag: str
    """For `lang`, `xml:lang` and JSON Feed."""
    own_name: str
    """The language's name for itself, as a link to it says."""
    daily: str
    """The title of an issue, and for whom it is written, where nothing else is said."""
    audience: str
    blank: str
    """Between two sentences."""
    stop: str
    colon: str
    comma: str
    semicolon: str
    list_comma: str
    brackets: tuple[str, ...]
    endings: tuple[str, ...]
    """Of ordinal numbers, by their last digit; the first where none is given, and for the teens."""
    weekdays: tuple[str, ...]
    sources: str
    notice: str
    title_basis: str
    recorded: str
    corrected: str
    written_by: str
    fetched: str
    pdf_page: str
    carried: str
    all_proofs: str
    """Before the link to an issue's evidence."""
    ditto: str
    told: str
    nothing_new: str
    unknowns: str
    short_items: str
    """Above the items that are a line each."""
    original_title: str
    machine_translated: str
    until: str
    """The last day that a question is followed."""
    trends: str
    watchlist: str
    yesterdays: str
    unsettled: str
    """How many questions of earlier days were open this morning."""
    pull_request: Mapping[str, str]
    """What people decide by whether an issue goes out."""
    sections: Mapping[SectionKind, str]
    kinds: Mapping[str, str]
    """What sort of news an item brings, by `Item.kind`."""
    ours: Mapping[SectionKind, str]
    """What we call a section of judgements."""
    states: Mapping[FollowUpState, str]
    counted: Mapping[FollowUpState, str]
    """The state as it is counted: `{} 有进展`."""
    ended: Mapping[str, str]
    """Before the questions that end so."""
    steps: Mapping[str, str]
    """What a title says has become of something."""
    page: Mapping[str, str]
    """Around an issue that is a web page."""
    message: Mapping[str, str]
    """Around an issue that is a message."""
    site: Mapping[str, str]
    """The reader's own pages."""
    watch_states: Mapping[str, str]
    verdicts: Mapping[str, str]
    """What a reader can say of an item, by the decision's kind."""
    decisions: Mapping[DecisionKind, str]
    board: Mapping[str, str]
    """How the last runs went."""
    outcomes: Mapping[str, str]
    source_states: Mapping[SourceState, str]
    funnel_steps: Mapping[str, str]
    columns: Mapping[str, str]
    """Heads of the board's tables."""
    init: Mapping[str, str]
    """What `init` asks and says."""
    settings_file: Mapping[str, str]
    """Comments of the file that `init` writes."""
    by_rule: RuleWords
    by_model: ModelWords
    recalled: RecalledWords
    trouble: TroubleWords

    def in_brackets(self, text: str) -> str:
        """`text` in this language's brackets, with the blank before them that belongs to them."""
        return text.join(self.brackets)


@cache
def languages() -> tuple[Language, ...]:
    """Those that have a table."""
    named = (one.name for one in files(__package__).iterdir())
    return tuple(sorted(name.removesuffix(".toml") for name in named if name.endswith(".toml")))


@cache
def of(language: Language) -> Words:
    """The words of one of `languages`."""
    return read(files(__package__).joinpath(f"{language}.toml").read_text("utf-8"))


def read(toml: str) -> Words:
    """A table, whole. Raises ValueError: a key is missing, unknown or not what it should be."""
    return _filled(Words, tomllib.loads(toml), "words")


def _filled(kind: type[T], table: Mapping[str, Any], place: str) -> T:
    shapes = get_type_hints(kind)
    _same(shapes, table, place)
    return kind(**{name: _value(shape, table[name], f"{place}.{name}") for name, shape in shapes.items()})


def _value(shape: Any, found: Any, place: str) -> Any:
    if isinstance(shape, type) and is_dataclass(shape):
        return _filled(shape, found, place)
    texts: Collection[Any] = (found,)
    if get_origin(shape) is tuple:
        texts = found = tuple(found)
    elif get_origin(shape) is Mapping:
        texts = found.values()
        _same(get_args(get_args(shape)[0]) or found, found, place)  # keys that are literals are known
    if not all(isinstance(text, str) for text in texts):
        raise ValueError(f"{place} is no text")
    return found


def _same(wanted: Collection[str], found: Collection[str], place: str) -> None:
    if odd := set(wanted) ^ set(found):
        raise ValueError(f"{place}: missing or unknown: {', '.join(sorted(odd))}")
