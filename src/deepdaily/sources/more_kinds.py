"""The sources of the settings that are neither feeds, Hacker News nor searches."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from deepdaily.core.types import SourceKind
from deepdaily.engine import Engine
from deepdaily.read.fetch import Fetcher
from deepdaily.settings.kind_tables import McpSourceTable
from deepdaily.settings.source_tables import Sources
from deepdaily.settings.table import secret
from deepdaily.sources import Source
from deepdaily.sources.arxiv import Arxiv, PapersWanted, listed_as
from deepdaily.sources.github import GitHub, GitHubFollowed
from deepdaily.sources.huggingface import HuggingFace
from deepdaily.sources.mail_box import Mailbox, MailServer
from deepdaily.sources.mail_newsletters import MailsWanted, Newsletters
from deepdaily.sources.mcp_answers import McpQuestion
from deepdaily.sources.mcp_servers import McpServer
from deepdaily.sources.seen_before import Remembered
from deepdaily.sources.telegram_channels import TelegramChannels
from deepdaily.sources.watched_page import Watched, WatchedPage


def further(
    chosen: Sources, fetcher: Fetcher, engine: Engine, book: Remembered, allow_private: tuple[str, ...] = ()
) -> Iterator[Source]:
    """Them in the order they are asked; `book` remembers what pages listed. `allow_private` as in `[network]`."""
    for page in chosen.page:
        watched = Watched(page.url, page.selector, page.match, page.most)
        yield WatchedPage(page.name or page.url, watched, fetcher, engine, book)
    for paper in chosen.arxiv:
        wanted = PapersWanted(paper.categories, paper.query, paper.by == "search", paper.announce, paper.most)
        yield Arxiv(paper.name, wanted, fetcher, engine)
    for face in chosen.huggingface:
        yield HuggingFace(face.name, face.what, face.authors, face.most, fetcher, engine)
    for hub in chosen.github:
        followed = GitHubFollowed(
            hub.repositories, hub.what, hub.prereleases, hub.changelog, hub.labels, hub.reactions, hub.languages, hub.most
        )
        yield GitHub(hub.name, followed, secret(hub.token_env), fetcher, engine, book)
    for told in chosen.telegram:
        yield TelegramChannels(told.name, told.channels, told.most, fetcher, engine)
    for box in chosen.mail:
        user, password, token = secret(box.user_env), secret(box.password_env), secret(box.token_env)
        server = MailServer(box.host, box.port, box.security, box.folder, user, password, token)
        wanted_mails = MailsWanted(box.senders, box.most, box.follow)
        yield Newsletters(box.name, server, wanted_mails, partial(Mailbox, server, allow_private), fetcher, engine)
    for asked in chosen.mcp:
        yield McpServer(asked.name, _question(asked, allow_private), asked.most, fetcher, engine)


def _question(table: McpSourceTable, allow_private: tuple[str, ...]) -> McpQuestion:
    headers = {header: value for header, variable in table.headers_env.items() if (value := secret(variable))}
    return McpQuestion(
        table.command, table.url, table.resource, table.tool, table.arguments, headers, table.environment, allow_private
    )


def further_listed(chosen: Sources) -> Iterator[tuple[SourceKind, str, str]]:
    """Them as kind, name and what is asked."""
    for page in chosen.page:
        yield "page", page.name or page.url, page.url
    for paper in chosen.arxiv:
        yield "arxiv", paper.name, listed_as(PapersWanted(paper.categories, paper.query))
    for face in chosen.huggingface:
        yield "huggingface", face.name, ", ".join((*face.what, *face.authors))
    for hub in chosen.github:
        yield "github", hub.name, ", ".join((*hub.what, *hub.repositories))
    for told in chosen.telegram:
        yield "telegram", told.name, ", ".join(f"@{channel}" for channel in told.channels)
    for box in chosen.mail:
        yield "mail", box.name, f"{box.folder} at {box.host}"
    for asked in chosen.mcp:
        yield "mcp", asked.name, f"{asked.resource or asked.tool} of {asked.url or asked.command[0]}"
