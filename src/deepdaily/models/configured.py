"""The models of the settings."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING

from deepdaily.core.errors import ModelRefused
from deepdaily.core.types import Slot, Trouble
from deepdaily.models.asking import ModelWriter
from deepdaily.settings import Settings
from deepdaily.settings.model_tables import Models, ModelTable
from deepdaily.settings.table import secret
from deepdaily.store import Store
from deepdaily.words import of

if TYPE_CHECKING:
    from deepdaily.models.embedding import Embedder
    from deepdaily.models.fallback import Step
    from deepdaily.models.reached import Reached


PROGRAMS_AT_ONCE = 2
"""Of one command, where the settings name no number: each is an agent of some hundred MB."""


def model_writer(
    settings: Settings, store: Store, slot: Slot, now: datetime, remaining_s: Callable[[], float]
) -> ModelWriter | None:
    """The configured models, best first; None where there are none. A model whose key is not set is left out, and said."""
    chosen, digest = settings.models, settings.digest
    if not chosen.ladder:
        return None
    from deepdaily.models.fallback import Fallback, Step
    from deepdaily.models.ledger import Ledger

    steps, unusable = dict[str, Step](), list[Trouble]()
    today = now.astimezone(settings.zone)
    for name in dict.fromkeys((*chosen.ladder, *chosen.given.values())):
        try:
            steps[name] = step_of(name, chosen.known[name], chosen, store, today)
        except ModelRefused as error:
            unusable.append(Trouble(name, str(error)))
    ledger = Ledger(store, slot.key, today, chosen.limit)

    def ladder(*first: str) -> Fallback:
        names = dict.fromkeys((*first, *chosen.ladder))
        return Fallback([steps[name] for name in names if name in steps], ledger, remaining_s, unusable=unusable)

    own = {purpose: ladder(name) for purpose, name in chosen.given.items()}
    every, audience = ladder(*chosen.given.values()), digest.audience or of(digest.language).audience
    return ModelWriter(ladder(), digest.language, audience, store.secret(), every.troubles, own=own)


def step_of(name: str, one: ModelTable, models: Models, store: Store, today: datetime) -> Step:
    """A described model, in the ladder or not. Raises ModelRefused: its key is not set."""
    from deepdaily.models.abilities import Abilities
    from deepdaily.models.chat import ChatModel
    from deepdaily.models.fallback import Step
    from deepdaily.models.pace import Pace
    from deepdaily.models.told import introduced

    if one.kind == "command":
        return _program(name, one, models, store, today)
    way = reached(name, one)
    abilities = Abilities.kept(store, way.identity, today.date())
    meet = partial(introduced, way, abilities) if one.kind == "openai" and not one.window else None
    pace = Pace(one.at_once or models.at_once)
    return Step(ChatModel(way, abilities), pace, one.price, one.most_tokens, one.window, abilities, meet=meet, model=one.own_name)


def _program(name: str, one: ModelTable, models: Models, store: Store, today: datetime) -> Step:
    from deepdaily.models.abilities import Abilities
    from deepdaily.models.command import WHOLE_S, CommandModel
    from deepdaily.models.fallback import Step
    from deepdaily.models.pace import Pace
    from deepdaily.models.presets import of_command

    timeout_s, currency = one.timeout or WHOLE_S, models.limit.currency
    preset = of_command(one.command)
    endpoint = CommandModel(name, preset, one.name, more=one.env, timeout_s=timeout_s, currency=currency, layers=one.made_of)
    abilities = Abilities.kept(store, endpoint.identity, today.date())
    abilities.learn("thinks", "yes")  # an agent does, and says more to its model than we do: so much is kept in reserve
    at_once = one.at_once or min(models.at_once, PROGRAMS_AT_ONCE)
    return Step(endpoint, Pace(at_once), one.price, one.most_tokens, one.window, abilities, model=one.own_name)


def reached(name: str, one: ModelTable) -> Reached:
    """How a model of the settings is reached. Raises ModelRefused: a variable that it names is not set."""
    from deepdaily.models.reached import Reached

    key = secret(one.key_env).strip()
    if one.key_env and not key:
        raise ModelRefused(f"{one.key_env} is not set")
    if one.kind not in ("openai", "anthropic"):
        raise ModelRefused(f"kind = {one.kind} writes nothing")
    headers = {part: _filled(value) for part, value in one.headers.items()}
    query = {part: _filled(value) for part, value in one.query.items()}
    way = Reached(name, one.name, one.endpoint, key, one.kind, one.stream, one.params, headers, query, one.timeout, one.think)
    return replace(way, layers=one.made_of)


def _filled(value: str) -> str:
    """`$NAME` and `${NAME}` as the variable of the environment. Raises ModelRefused: it is not set."""

    def found(match: re.Match[str]) -> str:
        told = secret(match[1] or match[2]).strip()
        if not told:
            raise ModelRefused(f"{match[1] or match[2]} is not set")
        return told

    return re.sub(r"\$(?:\{(\w+)\}|(\w+))", found, value)


def embedder(settings: Settings, store: Store, slot: Slot, now: datetime) -> Embedder | None:
    """The configured embedder; None where there is none. One whose key is not set fails when it is asked, and that is said."""
    name = settings.models.embedder
    if not name:
        return None
    from deepdaily.models.embedding import LocalEmbedder, RemoteEmbedder, Unusable
    from deepdaily.models.ledger import Ledger

    one = settings.models.known[name]
    if one.kind == "sentence-transformers":
        return LocalEmbedder(one.name, one.languages)
    try:
        way = reached(name, one)
    except ModelRefused as error:
        return Unusable(f"{name}: {error}")
    return RemoteEmbedder(
        way, one.languages, Ledger(store, slot.key, now.astimezone(settings.zone), settings.models.limit), one.price
    )
