"""Which secrets the settings name and the environment does not have."""

from __future__ import annotations

from collections.abc import Iterator

from deepdaily.settings import Settings
from deepdaily.settings.channel_tables import MessageTable
from deepdaily.settings.search_tables import KeyTable
from deepdaily.settings.table import secret


def unset_of(settings: Settings) -> list[tuple[str, str]]:
    """Who lacks which variable, in the order of the file: a search, a feed, a channel, `translator` or `alert`, and its name."""
    return [(name, variable) for name, variable in _named(settings) if variable and not secret(variable).strip()]


def _named(settings: Settings) -> Iterator[tuple[str, str]]:
    for search in settings.sources.search:
        if isinstance(search, KeyTable):
            yield search.name, search.key_env
    for feed in settings.sources.feed:
        yield from ((feed.called, variable) for variable in feed.headers.values())
    for channel in settings.publish:
        if isinstance(channel, MessageTable):
            yield from ((channel.name, variable) for variable in channel.unset)
    yield "translator", settings.translator.key_env
    yield "alert", settings.alert.url_env
