"""What `init` asks, and what each answer may be; a wrong one is told in the person's language."""

from __future__ import annotations

import difflib
import os
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import get_args
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, available_timezones

from pydantic import ValidationError

from deepdaily.cli.finding import AtHand, FoundModel, writes
from deepdaily.core.types import Language
from deepdaily.publish.hugo_site import HugoSite
from deepdaily.settings.channel_tables import DEFAULT_DIR, ChatTable, MailTable, MessageTable, TelegramTable, mail_address
from deepdaily.settings.model_tables import Budget
from deepdaily.words import Words, languages, of

LANGUAGES: Mapping[str, Language] = {
    "中文": "zh", "汉语": "zh", "简体": "zh", "简体中文": "zh", "chinese": "zh", "zh-cn": "zh", "cn": "zh",
    "英文": "en", "英语": "en", "english": "en", "eng": "en",
}  # fmt: skip

CHATS: Mapping[str, type[MessageTable]] = {kind.model_fields["to"].default: kind for kind in get_args(ChatTable)}
"""Settings of a chat by its kind: `feishu`."""

CHAT_NAMES = {"飞书": "feishu", "lark": "feishu", "企业微信": "wecom", "企微": "wecom", "钉钉": "dingtalk"}

NO_ANSWER = ("none", "no", "n", "-", "", "无", "不", "没有", "否")

HERE = "Asia/Shanghai"
"""The zone where nothing else is said."""

_ZONES = {
    "北京": "Asia/Shanghai",
    "beijing": "Asia/Shanghai",
    "上海": "Asia/Shanghai",
    "cst": "Asia/Shanghai",
    "中国": "Asia/Shanghai",
}


class WrongAnswer(ValueError):
    """An answer that cannot stand: why, in the person's language."""


@dataclass(frozen=True, slots=True)
class ChatAnswer:
    """A chat and the variable that holds its secret."""

    kind: str
    variable: str
    id: str = ""
    """Telegram's."""

    @classmethod
    def usual(cls, kind: str) -> ChatAnswer:
        (example,) = CHATS[kind].model_fields[cls._variable_key(kind)].examples or [""]
        return cls(kind, str(example))

    @staticmethod
    def _variable_key(kind: str) -> str:
        return "token_env" if CHATS[kind] is TelegramTable else "url_env"

    @property
    def variable_key(self) -> str:
        """The key of the settings that names the variable."""
        return self._variable_key(self.kind)


@dataclass(frozen=True, slots=True)
class MailAnswer:
    """Who gets mail, and by which server."""

    recipients: tuple[str, ...]
    host: str = "localhost"
    port: int = 587
    sender: str = ""
    login: bool = True


@dataclass(frozen=True, slots=True)
class Answers:
    """What `init` asks; the defaults are those of `--yes`."""

    language: Language = "zh"
    at: str = "08:00"
    timezone: str = HERE
    blog: str = DEFAULT_DIR
    model: FoundModel | None = None
    budget: str = ""
    """What the model may take in a day; empty: that of the settings."""
    url: str = ""
    chat: ChatAnswer | None = None
    mail: MailAnswer | None = None
    schedule: bool = False


def words_for(language: Language) -> Words:
    return of(language if language in languages() else "en")


# -- one check an answer: the value, or WrongAnswer -------------------------------------------------------------------


def language_said(text: str) -> Language:
    said = text.strip().lower()
    found = LANGUAGES.get(said, said)
    if found not in languages():
        raise WrongAnswer(f"“{text.strip()}”: {', '.join(f'{one} {of(one).own_name}' for one in reversed(languages()))}")
    return found


def moment_said(text: str, say: Mapping[str, str], zone: str = HERE) -> tuple[str, str]:
    """`08:00 Asia/Shanghai` as hour and zone; `zone` where none is said."""
    first, _, rest = unicodedata.normalize("NFKC", text).strip().partition(" ")
    found = re.fullmatch(r"(\d{1,2})(?:[:.h点时](\d{2})?)?", first)
    hour, minute = (int(found[1]), int(found[2] or 0)) if found else (99, 0)
    if hour > 23 or minute > 59:
        raise WrongAnswer(say["moment_wrong"].format(text.strip()))
    return f"{hour:02}:{minute:02}", zone_said(rest.strip() or zone, say)


def zone_said(text: str, say: Mapping[str, str]) -> str:
    said = _ZONES.get(text.strip().lower(), text.strip())
    zones = sorted(available_timezones())
    by_name = {zone.lower(): zone for zone in zones}
    if found := by_name.get(said.lower().replace(" ", "_")):
        return found
    cities = {zone.rpartition("/")[2].lower(): zone for zone in zones if "/" in zone and not zone.startswith("Etc/")}
    if found := cities.get(said.lower().replace(" ", "_")):
        return found
    near = [*difflib.get_close_matches(said.lower(), by_name, 1), *difflib.get_close_matches(said.lower(), cities, 1, 0.75)]
    proposal = next((by_name.get(one) or cities[one] for one in near), "")
    hint = say["zone_near"].format(proposal) if proposal else say["zone_form"]
    raise WrongAnswer(say["zone_wrong"].format(said) + hint)


def folder_said(text: str, base: Path, say: Mapping[str, str]) -> str:
    """A folder that is there and can be written, or can be made in one that is; relative to `base`, as the settings are."""
    said = text.strip() or DEFAULT_DIR
    said = str(Path(said).expanduser()) if said.startswith("~") else said
    folder = base / said
    if folder.exists() and not folder.is_dir():
        raise WrongAnswer(say["blog_file"].format(said))
    there = folder if folder.exists() else folder.absolute().parent
    if not there.is_dir():
        raise WrongAnswer(say["blog_parent"].format(there))
    if not os.access(there, os.W_OK | os.X_OK):
        raise WrongAnswer(say["blog_closed"].format(said, there))
    around = None if HugoSite.at(folder).is_site or folder.name == DEFAULT_DIR else HugoSite.around(folder)
    if around:
        raise WrongAnswer(say["blog_inside"].format(said, around.folder, around.folder))
    return said


def site_read(blog: str, base: Path, language: Language) -> list[str]:
    """What was read of a Hugo site, in lines; empty where the folder is none."""
    site, say = HugoSite.at(base / blog), words_for(language).init
    if not site.is_site:
        return [*site.unread]
    content = site.content(language)
    return [*site.unread, say["site"].format(f"{content}/{site.section(content)}", site.static)]


def site_near(base: Path) -> str:
    """A Hugo site that lies here or beside, as one would write it; empty where there is none, or more than one."""
    if HugoSite.at(base).is_site:
        return "."
    for folder, prefix in ((base, ""), (base.absolute().parent, "../")):
        names = sorted(one.name for one in folder.iterdir() if one.is_dir())[:100] if os.access(folder, os.R_OK) else []
        sites = [name for name in names if HugoSite.at(folder / name).is_site]
        if sites:
            return f"{prefix}{sites[0]}" if len(sites) == 1 else ""
    return ""


def url_of(blog: str, base: Path, language: Language) -> str:
    """The address that a Hugo site names; empty where there is none, or it is Hugo's example."""
    named = HugoSite.at(base / blog).base_url(language)
    return "" if is_placeholder(named) else named


def is_placeholder(url: str) -> bool:
    """Whether it is what Hugo writes into a new site."""
    return (urlsplit(url).hostname or "").removeprefix("www.") in ("example.org", "example.com", "example.net")


def url_said(text: str, say: Mapping[str, str]) -> str:
    said = text.strip()
    if said in NO_ANSWER:
        return ""
    try:
        parts = urlsplit(said)
        whole = parts.scheme in ("http", "https") and bool(parts.hostname) and not re.search(r"[\s<>\"]", said)
    except ValueError:
        whole = False
    if not whole or parts.query or parts.fragment or parts.username is not None:
        raise WrongAnswer(say["url_wrong"].format(said))
    return said


def model_said(text: str, found: Sequence[FoundModel], say: Mapping[str, str]) -> FoundModel | None:
    """`none`, a number, a name or a label of what was found, or `ADDRESS NAME`."""
    said = text.strip()
    if said.lower() in NO_ANSWER:
        return None
    if said.isascii() and said.isdecimal() and 1 <= int(said) <= len(found):
        return found[int(said) - 1]
    for one in found:
        if said in (one.name, one.label if one.paid else ""):
            return one
    endpoint, _, name = said.partition(" ")
    named = name.strip() if endpoint.startswith(("http://", "https://")) and urlsplit(endpoint).netloc else ""
    if not writes(named or said):
        raise WrongAnswer(say["model_silent"].format(named or said))
    if not named:
        raise WrongAnswer(say["model_wrong"].format(said))
    return FoundModel(endpoint, named)


def budget_said(text: str, say: Mapping[str, str]) -> str:
    """In tokens: money needs prices, which nobody is asked for."""
    said = text.strip()
    try:
        in_tokens = not Budget.parsed(said).currency
    except (ValueError, ValidationError):
        in_tokens = False
    if not in_tokens:
        raise WrongAnswer(say["budget_wrong"].format(said))
    return said


def chat_said(text: str, say: Mapping[str, str]) -> str:
    """The kind of a chat; empty for none."""
    said = text.strip().lower()
    found = CHAT_NAMES.get(said, said)
    if found in NO_ANSWER:
        return ""
    if found not in CHATS:
        raise WrongAnswer(say["chat_wrong"].format(text.strip()[:40], ", ".join(CHATS)))
    return found


def variable_said(text: str, usual: str, say: Mapping[str, str]) -> str:
    if not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]{0,79}", text.strip()):
        raise WrongAnswer(say["variable_wrong"].format(usual))  # what was typed may be the secret: it is not repeated
    return text.strip()


def chat_id_said(text: str, say: Mapping[str, str]) -> str:
    try:
        TelegramTable(token_env="T", chat=text.strip())
    except ValidationError as error:
        raise WrongAnswer(say["chat_id_wrong"].format(text.strip()[:40])) from error
    return text.strip()


def recipients_said(text: str, say: Mapping[str, str]) -> tuple[str, ...]:
    """Addresses; empty for none."""
    if text.strip().lower() in NO_ANSWER:
        return ()
    return tuple(address_said(one, say) for one in re.split(r"[,;，；、]", text) if one.strip())


def address_said(text: str, say: Mapping[str, str]) -> str:
    try:
        mail_address(text)
    except ValueError as error:
        raise WrongAnswer(say["mail_wrong"].format(text.strip()[:80])) from error
    return text.strip()


def server_said(text: str, say: Mapping[str, str]) -> tuple[str, int]:
    """`smtp.example.com:465` as host and port; 587 where none is said."""
    said = unicodedata.normalize("NFKC", text).strip()
    host, _, port = said.rpartition(":") if re.fullmatch(r"(\[.*\]|[^:]+):\d+", said) else (said, "", "587")
    try:
        MailTable(host=host, port=int(port), sender="a@b.example", recipients=("a@b.example",))
    except ValidationError as error:
        raise WrongAnswer(say["smtp_wrong"].format(said[:80])) from error
    return host.strip("[]"), int(port)


def yes_said(text: str, say: Mapping[str, str]) -> bool:
    said = text.strip().lower()
    if said in ("y", "yes", "是", "好", "要", "对"):
        return True
    if said in (*NO_ANSWER, "不要"):
        return False
    raise WrongAnswer(say["yes_or_no"])


# -- defaults ---------------------------------------------------------------------------------------------------------


def language_of(environment: Mapping[str, str]) -> Language:
    """What the person's environment speaks, where it says so; else Chinese."""
    named = next((environment[name] for name in ("LC_ALL", "LC_MESSAGES", "LANG") if environment.get(name)), "")
    return "en" if named.lower().startswith("en") else "zh"


def zone_of(environment: Mapping[str, str], localtime: Path = Path("/etc/localtime")) -> str:
    """The machine's zone, where it names one that a person lives in; else Shanghai's."""
    target = os.path.realpath(localtime) if localtime.is_symlink() else ""
    for named in (environment.get("TZ", "").lstrip(":"), target.partition("zoneinfo/")[2]):
        if "/" in named and not named.startswith(("Etc/", "posix/", "right/")) and named in available_timezones():
            return ZoneInfo(named).key
    return HERE


def taken_unasked(found: AtHand, budget: str) -> FoundModel | None:
    """What `--yes` takes: the best that costs nothing; a key only where it alone is there and a budget was named with it."""
    keys = [one for one in found.models if one.key_env]
    alone = len(keys) == 1 and len(found.models) == 1
    return found.free or (keys[0] if alone and budget else None)


def named_anew(model: FoundModel, name: str) -> FoundModel:
    return replace(model, name=name.strip() or model.name)
