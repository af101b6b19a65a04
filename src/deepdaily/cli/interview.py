"""The questions of `init`, each answer checked where it is given: a wrong one is asked again, and nothing typed is lost."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Protocol, TypeVar

from deepdaily.cli import init_answers as answers
from deepdaily.cli.finding import AtHand, FoundModel
from deepdaily.cli.init_answers import CHATS, Answers, ChatAnswer, MailAnswer, WrongAnswer, words_for
from deepdaily.cli.starting import USUAL_BUDGET
from deepdaily.publish.hugo_site import HugoSite

T = TypeVar("T")

QUESTIONS = 8
"""That are numbered; more belong to the one before them."""

LANGUAGE = "Language / 语言 (zh 中文, en English)"


class Asking(Protocol):
    """Asks a person: a question and what an empty line means."""

    def __call__(self, question: str, default: str) -> str: ...


class Interview:
    """Asks with `ask`, tells with `tell`; `base` is the folder that the settings file will lie in."""

    def __init__(self, ask: Asking, tell: Callable[[str], None], base: Path) -> None:
        self._ask, self._tell, self._base, self._number = ask, tell, base, 0
        self._say: Mapping[str, str] = {}

    def answers(self, default: Answers, found: AtHand) -> Answers:
        """What the person wants; `default` is what an empty line means."""
        language = self._asked(LANGUAGE, default.language, answers.language_said)
        say = self._say = words_for(language).init
        at, zone = self._asked(
            say["moment"], f"{default.at} {default.timezone}", lambda text: answers.moment_said(text, say, default.timezone)
        )
        blog = self._blog(default, language)
        url = self._url(default, blog, language)
        model, budget = self._model(default, found)
        chat, mail = self._chat(default.chat), self._mail(default.mail)
        schedule = self._yes(say["schedule"], default.schedule)
        return Answers(language, at, zone, blog, model, budget, url, chat, mail, schedule)

    def _asked(self, question: str, default: str, check: Callable[[str], T], *, below: bool = False) -> T:
        """The first answer that can stand. `below`: it belongs to the question before."""
        self._number += not below
        lead = "    " if below else f"{self._number}/{QUESTIONS} "
        while True:
            try:
                return check(self._ask(lead + question, default))
            except WrongAnswer as wrong:
                self._tell(f"    {wrong}")

    def _yes(self, question: str, default: bool, *, below: bool = False) -> bool:
        return self._asked(question, "y" if default else "n", lambda text: answers.yes_said(text, self._say), below=below)

    def _blog(self, default: Answers, language: str) -> str:
        near = answers.site_near(self._base) if default.blog == Answers().blog else ""
        blog = self._asked(self._say["blog"], near or default.blog, lambda text: answers.folder_said(text, self._base, self._say))
        for line in answers.site_read(blog, self._base, language):
            self._tell(f"    {line}")
        return blog

    def _url(self, default: Answers, blog: str, language: str) -> str:
        named = HugoSite.at(self._base / blog).base_url(language)
        if answers.is_placeholder(named):
            self._tell("    " + self._say["url_placeholder"].format(named))
        usual = default.url or answers.url_of(blog, self._base, language)
        return self._asked(self._say["url"], usual, lambda text: answers.url_said(text, self._say))

    def _model(self, default: Answers, found: AtHand) -> tuple[FoundModel | None, str]:
        say = self._say
        self._told_models(found.models)
        listed = say["model_listed"] if found.models else say["model_unlisted"]
        first = next((str(number) for number, one in enumerate(found.models, 1) if one == default.model), "")
        usual = first or ("none" if default.model is None else f"{default.model.endpoint} {default.model.name}")
        model = self._asked(say["model"].format(listed), usual, lambda text: answers.model_said(text, found.models, say))
        if model is None or not model.paid:
            return model, default.budget
        if model.name:
            model = replace(model, name=self._asked(say["model_name"], model.name, str.strip, below=True))
        budget = default.budget or USUAL_BUDGET
        return model, self._asked(say["budget"], budget, lambda text: answers.budget_said(text, say), below=True)

    def _told_models(self, models: Sequence[FoundModel]) -> None:
        for number, one in enumerate(models, 1):
            self._tell(f"    {number}  {one.described}")

    def _chat(self, default: ChatAnswer | None) -> ChatAnswer | None:
        say = self._say
        kinds = say["chat"].format(" ".join(CHATS))
        kind = self._asked(kinds, default.kind if default else "none", lambda text: answers.chat_said(text, say))
        if not kind:
            return None
        usual = default if default and default.kind == kind else ChatAnswer.usual(kind)
        variable = self._asked(
            say["chat_variable"], usual.variable, lambda text: answers.variable_said(text, usual.variable, say), below=True
        )
        if kind != "telegram":
            return ChatAnswer(kind, variable)
        chat = self._asked(say["chat_id"], usual.id, lambda text: answers.chat_id_said(text, say), below=True)
        return ChatAnswer(kind, variable, chat)

    def _mail(self, default: MailAnswer | None) -> MailAnswer | None:
        say, usual = self._say, default or MailAnswer(())
        to = self._asked(say["mail"], ", ".join(usual.recipients) or "none", lambda text: answers.recipients_said(text, say))
        if not to:
            return None
        server = f"{usual.host}:{usual.port}"
        host, port = self._asked(say["smtp"], server, lambda text: answers.server_said(text, say), below=True)
        sender = self._asked(say["sender"], usual.sender or to[0], lambda text: answers.address_said(text, say), below=True)
        return MailAnswer(to, host, port, sender, self._yes(say["login"], usual.login, below=True))
