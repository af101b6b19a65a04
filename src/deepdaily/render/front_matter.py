"""What stands above a post, as TOML or as YAML: each by its own escaper."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

import tomli_w

from deepdaily.core.types import Issue
from deepdaily.render.foreign import plain
from deepdaily.render.proofs import for_machines
from deepdaily.words import of


@dataclass(frozen=True, slots=True)
class PostForm:
    """How a site wants its posts."""

    slug: str = ""
    """The last part of its address; empty: its day."""
    proofs: str = ""
    """Where its evidence is, as seen from the post's address; empty: the post has no link to it."""
    front_matter: Literal["toml", "yaml"] = "toml"
    tags: Sequence[str] = ()
    """Beside those of the issue, and before them."""
    tags_from_topics: bool = True
    card: str = ""
    """The name of its picture in the post's folder; empty where it has none."""
    path: str = ""
    """Of the post below the site's address, for its picture: `/posts/2026-02-11/`."""
    params: Mapping[str, Any] = field(default_factory=dict)
    """More of the site's own; what tells what was proven, and when, is not theirs to say."""


USUAL_FORM = PostForm()


def dated(issue: Issue) -> datetime:
    """The date of a post, in the digest's zone: Hugo silently leaves out one of the future."""
    draft = issue.draft
    return min(draft.slot.due, draft.now).astimezone(draft.slot.due.tzinfo).replace(microsecond=0)


def front_matter(issue: Issue, summary: str, form: PostForm) -> str:
    """All above the post with the lines around it; `summary` is Markdown, as Hugo reads it."""
    draft, date = issue.draft, dated(issue)
    title = plain(draft.title) or draft.slot.day
    ours = {
        "title": title,
        "slug": form.slug or issue.day,
        "date": date,
        "lastmod": max(date, issue.approved_at.astimezone(date.tzinfo).replace(microsecond=0)),
        "draft": False,
        "summary": summary,
        "tags": list(_tags(issue, form)),
    }
    usual = {
        "categories": ["AI"],
        **({"isCJKLanguage": True} if of(draft.language).tag[:2] in ("zh", "ja", "ko") else {}),
        **(_picture(form, title) if form.card else {}),
    }
    taken = {key.lower() for key in (*ours, "deepdaily")}
    chosen = {key: value for key, value in form.params.items() if key.lower() not in taken}
    named = {key.lower() for key in chosen}
    kept = {key: value for key, value in usual.items() if key.lower() not in named}
    front = {**ours, **kept, **chosen, "deepdaily": for_machines(issue)}
    return _as_yaml(front) if form.front_matter == "yaml" else _as_toml(front)


def _tags(issue: Issue, form: PostForm) -> Iterator[str]:
    told = [*form.tags, *(issue.closing.tags if form.tags_from_topics else ())]
    tags = (plain(tag).replace("/", "-").replace("\\", "-").strip(". -") for tag in told)
    yield from dict.fromkeys(filter(None, tags))


def _picture(form: PostForm, title: str) -> dict[str, Any]:
    """As themes ask for it: `images` (what Hugo tells to those who share a link), `cover` (PaperMod), `image` (Stack)."""
    cover = {"image": form.card, "alt": title, "relative": True, "hiddenInSingle": True}
    return {"images": [f"{form.path.strip('/')}/{form.card}".lstrip("/")], "image": form.card, "cover": cover}


def _as_toml(front: Mapping[str, Any]) -> str:
    tables = {key: value for key, value in front.items() if isinstance(value, Mapping)}
    toml = tomli_w.dumps({**{key: value for key, value in front.items() if key not in tables}, **tables}).strip()
    # The writer puts a blank into a time where all other hosts of Hugo posts have a T. No text of ours spans lines.
    toml = re.sub(r"(?m)^(date|lastmod) = (\S+) ", r"\1 = \2T", toml)
    return f"+++\n{toml}\n+++"


def _as_yaml(front: Mapping[str, Any]) -> str:
    """Every text in quotation marks as JSON writes it: YAML 1.1 and 1.2 differ in what is a text without them."""
    return "\n".join(["---", *_yaml_lines(front, ""), "---"])


def _yaml_lines(table: Mapping[str, Any], indent: str) -> Iterator[str]:
    for key, value in table.items():
        name = key if re.fullmatch(r"[A-Za-z_][\w-]*", key, re.ASCII) else _scalar(key)
        if isinstance(value, Mapping) and value:
            yield f"{indent}{name}:"
            yield from _yaml_lines(value, indent + "  ")
        elif isinstance(value, list) and value and not any(isinstance(one, list | Mapping) for one in value):
            yield f"{indent}{name}:"
            yield from (f"{indent}  - {_scalar(one)}" for one in value)
        else:
            yield f"{indent}{name}: {_scalar(value)}"


def _scalar(value: Any) -> str:
    """A text, number, truth or time; lists of lists and of tables as JSON, which is YAML too."""
    if hasattr(value, "isoformat"):
        return str(value.isoformat())
    return json.dumps(value, ensure_ascii=False, default=str).replace("\x7f", "\\u007f")
