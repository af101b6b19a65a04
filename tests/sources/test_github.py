"""GitHub: releases, changelogs, issues and the trending page of named repositories."""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from deepdaily.archive.visible import Asked, unseen
from deepdaily.core.errors import BadStatus, DeepdailyError, NotAFeed, RateLimited, SourceError
from deepdaily.core.types import Harvest, Slot, Votes, Window
from deepdaily.sources.github import GitHub, GitHubFollowed
from deepdaily.sources.github_answers import MAX_TAGS, MOST_ROWS, MOST_SECTIONS, parse_changelog, parse_releases, parse_trending
from deepdaily.store import Store
from fakes import FakeFetcher, InlineEngine
from making import issue

NOW = datetime(2026, 2, 11, 8, tzinfo=UTC)
DAY = timedelta(days=1)
API = "https://api.github.com"
RELEASES = f"{API}/repos/lark/heron/releases?per_page=30"
OTHER = f"{API}/repos/lark/egret/releases?per_page=30"
RAW = "https://raw.githubusercontent.com/lark/heron/HEAD/CHANGELOG.md"
NOTES = """## What's new
* The **scheduler** keeps prefill and decode apart ([#12](https://github.com/lark/heron/pull/12))
<!-- for the template -->
- `--kv-dtype fp8` needs 40 % less memory

```
pip install heron==2.1
```
"""


def _window(now: datetime = NOW) -> Window:
    return Window(Slot(now), now, now - 7 * DAY)


def _release(tag: str = "v2.1", **changes: Any) -> dict[str, Any]:
    made = {"tag_name": tag, "name": "", "html_url": f"https://github.com/lark/heron/releases/tag/{tag}", "body": NOTES}
    return made | {"published_at": "2026-02-10T12:00:00Z", "author": {"login": "bo"}, "draft": False, "prerelease": False} | changes


def _issue(number: int = 7, **changes: Any) -> dict[str, Any]:
    made = {
        "number": number,
        "title": "A long prompt ends the server",
        "html_url": f"https://github.com/lark/heron/issues/{number}",
    }
    made |= {"created_at": "2026-02-10T12:00:00Z", "user": {"login": "cy"}, "body": "It *ends* with `out of memory`."}
    return made | {"reactions": {"total_count": 31}} | changes


def _json(value: Any) -> bytes:
    return json.dumps(value).encode()


def _source(
    answers: dict[str, Any], store: Any = None, token: str = "", media_type: str = "application/json", **followed: Any
) -> GitHub:
    chosen = GitHubFollowed(**({"repositories": ("lark/heron",)} | followed))
    fetcher = FakeFetcher(answers, media_type)
    return GitHub("github", chosen, token, fetcher, InlineEngine(), store)  # type: ignore[arg-type]


async def _harvest(answers: dict[str, Any], **followed: Any) -> Harvest:
    return await _source(answers, **followed).harvest(_window())


# -- releases ---------------------------------------------------------------------------------------------------------


async def test_a_release_is_offered_with_its_notes_as_text() -> None:
    body = _json([_release(), _release("v1.0", published_at="2025-02-10T12:00:00Z")])

    found = await _harvest({RELEASES: body})

    [made], [text] = found.offers, found.documents
    assert (made.url, made.title) == ("https://github.com/lark/heron/releases/tag/v2.1", "heron v2.1")
    assert text.text.startswith(
        "v2.1\n\nWhat's new\n- The **scheduler** keeps prefill and decode apart (#12)\n- `--kv-dtype fp8` needs"
    )
    assert "template" not in text.text
    assert (text.partial, text.author, text.title) == (False, "bo", "heron v2.1")
    lines = tuple(line.removeprefix("- ") for line in text.text.split("\n") if line)
    assert unseen(Asked(body, "application/json", lines)) == []
    assert [loss.reason for loss in found.losses] == ["outside the window, dated 2025-02-10"]


@pytest.mark.parametrize(("wanted", "tags"), [(False, ["v2.1"]), (True, ["v2.1", "v2.2rc1"])])
async def test_pre_releases_are_offered_where_they_are_wanted_and_drafts_never(wanted: bool, tags: list[str]) -> None:
    body = _json([_release(), _release("v2.2rc1", prerelease=True), _release("v3", draft=True)])

    assert [made.url.rpartition("/")[2] for made in (await _harvest({RELEASES: body}, prereleases=wanted)).offers] == tags


async def test_a_release_that_names_its_project_is_called_as_it_is() -> None:
    [made] = (await _harvest({RELEASES: _json([_release(name="Heron 2.1")])})).offers

    assert made.title == "Heron 2.1"


async def test_the_token_is_sent_to_the_api_and_stands_in_no_address() -> None:
    source = _source({RELEASES: _json([])}, token="s3cret")

    await source.harvest(_window())

    fetcher: Any = source._fetcher
    assert fetcher.headers[0]["Authorization"] == "Bearer s3cret"
    assert "s3cret" not in "".join(fetcher.asked)


async def test_a_repository_that_is_gone_costs_only_itself_and_is_told() -> None:
    found = await _harvest(
        {RELEASES: _json([_release()]), OTHER: BadStatus("404", status=404)}, repositories=("lark/heron", "lark/egret")
    )

    assert (found.health.state, len(found.offers)) == ("ok", 1)
    assert found.health.message.startswith("lark/egret releases: there is no such repository, or it is private; look for")


async def test_a_repository_that_moved_says_its_new_name() -> None:
    row = _release(html_url="https://github.com/wren/heron2/releases/tag/v2.1")

    assert (await _harvest({RELEASES: _json([row])})).health.message == "lark/heron is called wren/heron2 now: write that"


EPOCH = NOW.timestamp()


@pytest.mark.parametrize(
    ("error", "kind", "said", "wait"),
    [
        (
            BadStatus("403", status=403, headers={"x-ratelimit-remaining": "0", "x-ratelimit-reset": f"{EPOCH + 900:.0f}"}),
            RateLimited,
            "limit is used up",
            900.0,
        ),
        (
            BadStatus(
                "429",
                status=429,
                headers={
                    "x-ratelimit-remaining": "0",
                    "x-ratelimit-reset": f"{EPOCH + 900:.0f}",
                    "date": "Wed, 11 Feb 2026 08:10:00 GMT",
                },
            ),
            RateLimited,
            "limit is used up",
            300.0,
        ),
        (BadStatus("403", status=403, headers={"x-ratelimit-remaining": "0"}), RateLimited, "limit is used up", None),
        (BadStatus("403", status=403, retry_after_s=60.0), RateLimited, "asks for a pause", 60.0),
        (BadStatus("403", status=403, body=b"You have exceeded a secondary rate limit"), RateLimited, "asks for a pause", None),
        (
            BadStatus("429", status=429, retry_after_s=5.0, headers={"x-ratelimit-remaining": "41"}),
            RateLimited,
            "asks for a pause",
            5.0,
        ),
        (BadStatus("403", status=403, headers={"x-ratelimit-remaining": "59"}), BadStatus, "403", None),
        (BadStatus("401", status=401), SourceError, "refuses the token", None),
        (BadStatus("422", status=422), SourceError, "does not take the question", None),
    ],
)
async def test_a_refusal_says_what_it_means_and_until_when(
    error: BadStatus, kind: type[DeepdailyError], said: str, wait: float | None
) -> None:
    with pytest.raises(kind, match=said) as raised:
        await _harvest({RELEASES: error})

    assert getattr(raised.value, "retry_after_s", None) == wait


async def test_after_a_limit_nobody_else_is_asked() -> None:
    names = tuple(f"lark/r{number}" for number in range(9))
    limited = BadStatus("403", status=403, headers={"x-ratelimit-remaining": "0"})
    source = _source({f"{API}/repos/{name}/releases?per_page=30": limited for name in names}, repositories=names)

    with pytest.raises(RateLimited):
        await source.harvest(_window())

    fetcher: Any = source._fetcher
    assert len(fetcher.asked) <= 2


@pytest.mark.parametrize("odd", [{"tag_name": None}, {"published_at": "soon"}, {"html_url": "javascript:x"}, {"html_url": 3}])
def test_a_release_that_cannot_be_used_costs_only_itself(odd: dict[str, Any]) -> None:
    assert [row.title for row, _ in parse_releases(_json([_release(**odd), "odd", _release("v9")]))] == ["v9"]


def test_a_list_of_releases_is_bounded() -> None:
    assert len(parse_releases(_json([_release()] * (MOST_ROWS + 1)))) == MOST_ROWS


# -- issues -----------------------------------------------------------------------------------------------------------


async def test_issues_most_reacted_to_are_searched_and_have_their_reactions_as_votes() -> None:
    url = (
        f"{API}/search/issues?q=repo%3Alark%2Fheron%20is%3Aissue%20created%3A%3E%3D2026-02-04&sort=reactions&order=desc&per_page=30"
    )
    body = _json({"items": [_issue(), _issue(8, reactions={"total_count": 2}), _issue(9, pull_request={})]})

    found = await _harvest({url: body}, what=("issues",), reactions=10)

    [made] = found.offers
    assert (made.title, made.votes) == ("heron: A long prompt ends the server", Votes("github", 31))
    assert found.documents[0].text == "A long prompt ends the server\n\nIt *ends* with `out of memory`."
    assert unseen(Asked(body, "application/json", tuple(found.documents[0].text.split("\n\n")))) == []


async def test_issues_of_a_label_are_listed_whatever_their_reactions() -> None:
    url = f"{API}/repos/lark/heron/issues?labels=bug%20report&state=all&sort=created&direction=desc&since=2026-02-04T08:00:00Z&per_page=30"

    found = await _harvest(
        {url: _json([_issue(reactions=None), _issue(9, pull_request={})])}, what=("issues",), labels=("bug report",)
    )

    assert [(made.url[-1], made.votes) for made in found.offers] == [("7", None)]


# -- changelog --------------------------------------------------------------------------------------------------------

FIRST = "# Changelog\n\n## [2.0] - 2026-01-02\n\n- The first one\n\n## 1.0 (2025)\n\n- Old\n"


async def test_versions_that_a_changelog_did_not_have_last_time_are_offered(store: Store) -> None:
    async def on(now: datetime, text: str) -> Harvest:
        found = await _source({RAW: text.encode()}, store, media_type="text/plain", what=("changelog",)).harvest(_window(now))
        store.keep_issue(issue(slot=Slot(now)))
        return found

    first = await on(NOW, FIRST)
    grown = FIRST.replace(
        "## [2.0]",
        "## Unreleased\n\n- soon\n\n## 2.1\n\n- Faster [by half](https://x.example)\n\n```\n## 9.9 no heading\n```\n\n## [2.0]",
    )
    later = await on(NOW + DAY, grown)
    again = await on(NOW + 2 * DAY, grown)

    assert (first.offers, first.health.message) == (
        (),
        "lark/heron: 2 versions of its changelog are known from now on; nothing in the window",
    )
    assert {loss.reason for loss in first.losses} == {
        "outside the window, dated 2026-01-02",
        "known from the first visit, without a day",
    }
    [made], [text] = later.offers, later.documents
    assert (made.title, made.url) == ("heron 2.1", "https://github.com/lark/heron/blob/HEAD/CHANGELOG.md?section=2.1")
    assert text.text == "2.1\n\nFaster by half".replace("Faster", "- Faster") + "\n## 9.9 no heading".replace("## ", "")
    assert unseen(Asked(grown.encode(), "text/plain", ("2.1", "Faster by half"))) == []
    assert again.offers == ()


async def test_the_first_time_a_version_dated_in_the_window_is_offered(store: Store) -> None:
    text = FIRST.replace("2026-01-02", "2026-02-10")

    found = await _source({RAW: text.encode()}, store, what=("changelog",)).harvest(_window())

    assert [(made.title, made.published_at) for made in found.offers] == [
        ("heron [2.0] - 2026-02-10", datetime(2026, 2, 10, tzinfo=UTC))
    ]


async def test_a_version_that_a_dry_run_saw_is_still_new(store: Store) -> None:
    async def on(now: datetime, text: str) -> Harvest:
        return await _source({RAW: text.encode()}, store, media_type="text/plain", what=("changelog",)).harvest(_window(now))

    await on(NOW, FIRST)
    store.keep_issue(issue(slot=Slot(NOW)))
    grown = FIRST.replace("## [2.0]", "## 2.1\n\n- Faster\n\n## [2.0]")
    dry, real = await on(NOW + DAY, grown), await on(NOW + DAY + timedelta(minutes=5), grown)

    assert [made.title for made in dry.offers] == [made.title for made in real.offers] == ["heron 2.1"]


async def test_versions_of_a_changelog_are_new_again_where_another_part_broke_the_source_off(store: Store) -> None:
    """A part that never ends: the wall of collecting takes all of the source, and the issue appears without it."""

    class Hanging(FakeFetcher):
        hangs = False

        async def get(self, url: str, **more: Any) -> Any:
            if self.hangs and url != RAW:
                raise asyncio.CancelledError
            return await super().get(url, **more)

    async def on(now: datetime, text: str, *, hangs: bool = False) -> Harvest:
        fetcher = Hanging({RAW: text.encode(), RELEASES: b"[]"})
        fetcher.hangs = hangs
        chosen = GitHubFollowed(("lark/heron",), ("changelog", "releases"))
        return await GitHub("github", chosen, "", fetcher, InlineEngine(), store).harvest(_window(now))  # type: ignore[arg-type]

    await on(NOW, FIRST)
    store.keep_issue(issue(slot=Slot(NOW)))
    grown = FIRST.replace("## [2.0]", "## 2.1\n\n- Faster\n\n## [2.0]")
    with pytest.raises(asyncio.CancelledError):
        await on(NOW + DAY, grown, hangs=True)
    store.keep_issue(issue(slot=Slot(NOW + DAY)))

    assert [made.title for made in (await on(NOW + 2 * DAY, grown)).offers] == ["heron 2.1"]


@pytest.mark.parametrize("text", ["", "# News\n\nWords without a version.\n", "<html><body>404</body></html>"])
async def test_a_file_without_versions_is_told(store: Store, text: str) -> None:
    with pytest.raises(SourceError, match="no heading of it names a version"):
        await _source({RAW: text.encode()}, store, what=("changelog",)).harvest(_window())


def test_a_changelog_is_bounded() -> None:
    text = "".join(f"## 1.{number}\n\n- x\n" for number in range(MOST_SECTIONS + 1))

    assert len(parse_changelog((text.encode(), "https://github.com/a/b/blob/HEAD/C.md"))) == MOST_SECTIONS


# -- trending ---------------------------------------------------------------------------------------------------------


def _trend(name: str, stars: str = "1,234 stars today") -> str:
    return (
        f'<article class="Box-row"><h2 class="h3 lh-condensed"><a href="/{name}"><span>lark /</span> x</a></h2>'
        f'<p class="col-9">An engine for\n small models</p><a href="/{name}/stargazers">9,999</a><span>{stars}</span></article>'
    )


async def test_trending_repositories_have_the_stars_of_the_day_as_votes() -> None:
    page = (
        f"<html><body>{_trend('lark/heron')}{_trend('lark/egret', '1 star today')}{_trend('lark/ibis', '')}</body></html>".encode()
    )

    found = await _harvest(
        {"https://github.com/trending/python?since=daily": page}, what=("trending",), languages=("Python",), repositories=()
    )

    assert [(made.url, made.title, made.votes) for made in found.offers] == [
        ("https://github.com/lark/heron", "lark/heron: An engine for small models", Votes("github", 1234)),
        ("https://github.com/lark/egret", "lark/egret: An engine for small models", Votes("github", 1)),
        ("https://github.com/lark/ibis", "lark/ibis: An engine for small models", None),
    ]


async def test_a_language_in_which_nothing_trends_is_no_failure() -> None:
    page = b"<html><body><h3>It looks like we don\xe2\x80\x99t have any trending repositories for Forth.</h3></body></html>"

    found = await _harvest({"https://github.com/trending?since=daily": page}, what=("trending",), repositories=())

    assert found.health.state == "empty"


@pytest.mark.parametrize("page", [b"<html><body><p>We have rebuilt this</p></body></html>", b"<i>" * (MAX_TAGS + 1), b""])
def test_a_trending_page_of_another_form_is_told(page: bytes) -> None:
    with pytest.raises(NotAFeed):
        parse_trending((page, "text/html"))
