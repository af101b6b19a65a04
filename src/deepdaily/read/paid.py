"""How sites say that somebody paid for a text, in English and Chinese: by a label, in a title, by a class of their markup.

A label is a whole line or a whole bracket, never a word of a sentence: an article about advertising is not an advertisement.
"""

from __future__ import annotations

import re

_LABEL = re.compile(
    r"sponsored(?: (?:content|post|article|story|stories|feature|message|by .{1,40}))?|sponsor(?:['’]s)? (?:content|post|message)"
    r"|(?:paid )?advertorial|advertisement feature|advertiser content|paid advertisement|native advertising"
    r"|paid (?:post|content|partnership|program|promotion|for by)(?: .{1,40})?"
    r"|partner(?:ed)? (?:content|post)|from our (?:partners?|sponsors?)|(?:a )?message from our sponsors?"
    r"|promoted(?: content| post| story)?|brand(?:ed)? (?:content|studio)"
    r"|(?:presented|brought to you|sponsored|paid for) by .{1,40}|(?:created |produced )?in partnership with .{1,40}"
    r"|(?:disclosure: ?)?this (?:post|article|story|page|content|newsletter|episode) (?:is|was)"
    r" (?:(?:a )?(?:sponsored|paid|advertis)|brought to you|(?:produced|created) in (?:paid )?partnership)\b.{0,80}"
    r"|(?:disclosure: ?)?(?:this (?:post|article|story|page) )?(?:may )?(?:contains?|includes?) affiliate links?\b.{0,200}"
    r"|as an amazon associate.{0,80}"
    r"|[#＃](?:ad|sponsored|广告)"
    r"|[赞贊]助(?:商)?(?:[内內]容|文章)?|(?:商[业業]|付[费費]|品牌|合作|有[偿償])(?:推[广廣]|合作|[内內]容)(?:[内內]容|文章)?"
    r"|推[广廣](?:[内內]容|文章)?|[广廣]告(?:文章|合作|[内內]容|投放|[编編]辑)|[广廣][编編]特[辑輯]|[业業]配(?:文)?|[软軟]文|恰饭文?"
    r"|本(?:文|篇|期)?(?:[内內]容)?(?:[为為]|是|[属屬]于?)(?:.{0,12})(?:[广廣]告|推[广廣]|[赞贊]助|商[业業]合作|[软軟]文|[业業]配).{0,6}"
    r"|本(?:文|篇|期|[内內]容)由.{1,20}[赞贊]助.{0,10}|本文含有?(?:返利|推[广廣]|[联聯]盟|佣金)[链鏈][接結].{0,40}",
    re.IGNORECASE,
)
_SLOT = re.compile(r"advertisement|ad|[广廣]告", re.IGNORECASE)
_BRACKETED = re.compile(r"^\W{0,3}[\[【(（「](.{1,30}?)[\]】)）」]|[\[【(（「]([^\[【(（「]{1,30})[\]】)）」]\s*$")
_ANNOUNCED = re.compile(
    r"(?:sponsor(?:ed)?(?: post| content)?|partner content|advertorial|[赞贊]助)\s*[:：]", re.IGNORECASE
)
_AT_THE_END = re.compile(r"(?:[|｜]\s*|\s[–—-]\s)([^|｜–—-]{1,30})$")
_CLASS = re.compile(
    r"(?:(?:category|tag|post|is|type|single|article)-+)*(?:sponsored|advertorial|paid-post|partner-content|native-ad)"
    r"(?:-(?:post|content|article|story))?",
    re.IGNORECASE,
)


def is_label(text: str) -> bool:
    """Whether a line or a category says of the text beside it that it was paid for."""
    return bool(_LABEL.fullmatch(text.strip(" .。!！:：·-—|*_()（）")))


def is_slot(text: str) -> bool:
    """Whether it labels a place for advertisements: it says something of a text only where it touches the headline."""
    return bool(_SLOT.fullmatch(text.strip()))


def marked_title(title: str) -> bool:
    """Whether a title says so itself: `[Sponsored] …`, `【广告】…`, `Sponsored: …`, `… (Sponsor)`, `… | Partner Content`."""
    brackets = [inside for found in _BRACKETED.finditer(title) for inside in found.groups() if inside]
    tail = _AT_THE_END.search(title)
    bracketed = any(is_label(one) or is_slot(one) or one.casefold() == "sponsor" for one in brackets)
    return bracketed or bool(_ANNOUNCED.match(title)) or bool(tail and is_label(tail[1]))


def marked_class(names: str) -> bool:
    """Whether one of an element's classes says so, as WordPress writes the categories of a post."""
    return any(_CLASS.fullmatch(name) for name in names.split())
