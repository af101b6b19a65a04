"""`init`: a settings file by a few questions, or by flags, and what to do next."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from deepdaily.cli.options import app, say, warn
from deepdaily.cli.pasting import hint
from deepdaily.core.errors import SettingsError

if TYPE_CHECKING:
    from deepdaily.cli.finding import AtHand
    from deepdaily.cli.init_answers import Answers

T = TypeVar("T")


@app.command("init")
def init_command(
    settings: Annotated[Path, typer.Option("--settings", help="The file to write.")] = Path("deepdaily.toml"),
    yes: Annotated[bool, typer.Option("--yes", help="Take every default and what the options say; ask nothing.")] = False,
    again: Annotated[bool, typer.Option("--again", help="Write it anew; the old file is kept beside it.")] = False,
    language: Annotated[str, typer.Option(help="zh or en.")] = "",
    at: Annotated[str, typer.Option(help="When an issue is due, like 08:00.")] = "",
    zone: Annotated[str, typer.Option(help="Time zone, like Europe/Berlin.")] = "",
    blog: Annotated[str, typer.Option(help="Folder to publish to: a Hugo site, or any.")] = "",
    url: Annotated[str, typer.Option(help="Address where readers open the daily.")] = "",
    model: Annotated[str, typer.Option(help='Model that writes: a name that is found, "ADDRESS NAME", or none.')] = "",
    budget: Annotated[
        str,
        typer.Option(
            help='What its model may take in a day, like "200k tokens/day"; with --yes it lets a key write, if one is all there is.'
        ),
    ] = "",
    chat: Annotated[str, typer.Option(help="feishu, slack, wecom, dingtalk, telegram, discord or webhook.")] = "",
    chat_env: Annotated[str, typer.Option("--chat-env", help="Environment variable that holds its secret.")] = "",
    chat_id: Annotated[str, typer.Option("--chat-id", help="Telegram: the chat's number, or @name.")] = "",
    mail: Annotated[list[str], typer.Option("--mail", help="Address to mail to; may stand several times.")] = [],  # noqa: B006
    smtp: Annotated[str, typer.Option(help="SMTP server, HOST or HOST:PORT.")] = "",
    sender: Annotated[str, typer.Option(help="Sender of the mails (default: the first recipient).")] = "",
    login: Annotated[bool, typer.Option("--login/--no-login", help="Whether that server wants a name and a password.")] = True,
    schedule: Annotated[bool, typer.Option("--schedule", help="Have it run every day, by `schedule install`.")] = False,
) -> None:
    """A settings file by a few questions; finds Hugo sites, model servers of this machine, keys in the environment and agents."""
    import asyncio

    from deepdaily.cli import finding, starting

    if settings.exists() and not again:
        raise SettingsError(f"{settings} exists already and stays as it is", starting.EXISTS)
    if not yes and not sys.stdin.isatty():
        raise SettingsError("init asks, and this is no terminal", "take the defaults with --yes")
    found = asyncio.run(finding.at_hand())
    for remark in found.remarks:
        say(f"! {remark}")
    said = {"language": language, "at": at, "zone": zone, "blog": blog, "url": url, "model": model, "budget": budget}
    said |= {"chat": chat, "chat_env": chat_env, "chat_id": chat_id, "mail": ",".join(mail), "smtp": smtp, "sender": sender}
    answers = _said_by_options(said, found, settings.parent, asked=not yes, login=login, schedule=schedule)
    if not yes:
        answers = _interviewed(answers, found, settings.parent)
    starting.write_settings(settings, answers, again=again)
    _say_what_next(settings, answers, found, asked=not yes)


def _said_by_options(said: Mapping[str, str], found: AtHand, base: Path, *, asked: bool, login: bool, schedule: bool) -> Answers:
    """The answers that the options give; the others are the defaults.

    `asked`: on a terminal, where the defaults are those of this person and machine.

    Raises:
        SettingsError: one cannot stand.
    """
    from deepdaily.cli import init_answers as answers

    def fitting(option: str, check: Callable[[str], T], unsaid: T) -> T:
        try:
            return check(said[option]) if said[option] else unsaid
        except answers.WrongAnswer as wrong:
            remedy = "`deepdaily init --help` says what each option may be"
            raise SettingsError(f"--{option.replace('_', '-')}: {wrong}", remedy) from wrong

    language = fitting("language", answers.language_said, answers.language_of(os.environ) if asked else "zh")
    words = answers.words_for(language).init
    at, _ = fitting("at", lambda text: answers.moment_said(text, words), ("08:00", ""))
    zone = fitting("zone", lambda text: answers.zone_said(text, words), answers.zone_of(os.environ) if asked else answers.HERE)
    blog = fitting("blog", lambda text: answers.folder_said(text, base, words), answers.Answers().blog)
    url = fitting("url", lambda text: answers.url_said(text, words), "" if asked else answers.url_of(blog, base, language))
    budget = fitting("budget", lambda text: answers.budget_said(text, words), "")
    unasked = answers.taken_unasked(found, budget)
    model = fitting("model", lambda text: answers.model_said(text, found.models, words), unasked)
    chat = fitting("chat", lambda text: answers.chat_said(text, words), "")
    variable = fitting("chat_env", lambda text: answers.variable_said(text, "FEISHU_WEBHOOK", words), "")
    chat_id = fitting("chat_id", lambda text: answers.chat_id_said(text, words), "")
    nobody: tuple[str, ...] = ()
    to = fitting("mail", lambda text: answers.recipients_said(text, words), nobody)
    host, port = fitting("smtp", lambda text: answers.server_said(text, words), ("localhost", 587))
    sender = fitting("sender", lambda text: answers.address_said(text, words), to[0] if to else "")
    return answers.Answers(
        language, at, zone, blog, model, budget, url,
        answers.ChatAnswer(chat, variable or answers.ChatAnswer.usual(chat).variable, chat_id) if chat else None,
        answers.MailAnswer(to, host, port, sender, login) if to else None,
        schedule,
    )  # fmt: skip


def _interviewed(default: Answers, found: AtHand, base: Path) -> Answers:
    from deepdaily.cli.interview import Interview

    def ask(question: str, default: str) -> str:
        return str(typer.prompt(question, default, show_default=bool(default)))

    return Interview(ask, say, base).answers(default, found)


def _say_what_next(settings: Path, answers: Answers, found: AtHand, *, asked: bool) -> None:
    """What was written, and the commands that follow, each to be pasted."""
    from deepdaily.cli import starting
    from deepdaily.cli.init_answers import site_read, words_for

    words = words_for(answers.language).init
    say(words["wrote"].format(settings) + (": " + words["writes"].format(answers.model.described) if answers.model else ""))
    if not asked:
        for line in site_read(answers.blog, settings.parent, answers.language):
            say(line)
    if answers.model is None:
        say(starting.how_to_get_a_writer(found, answers.language))
    elif asked and answers.model.paid and typer.confirm(words["try_it"], default=False):
        from deepdaily.cli.trying import say_trial

        say_trial(settings, answers.model.label)
    if answers.schedule:
        _installed(settings)
    say(words["next"])
    for line in _following(settings, answers):
        say(f"  {line}")


def _installed(settings: Path) -> None:
    """Have it run every day; where that fails the settings stand all the same."""
    from deepdaily.cli.scheduling import schedule_install

    try:
        schedule_install(settings=settings)
    except SettingsError as error:
        warn(f"! {error}; {error.remedy}")


def _following(settings: Path, answers: Answers) -> list[str]:
    """A command a line, in the order of use."""
    from deepdaily.cli.init_answers import words_for

    words = words_for(answers.language).init
    places = {} if settings == Path("deepdaily.toml") else {"--settings": str(settings)}
    variables = _secrets(answers)
    lines = [f"read -rs {name}; export {name}  " + words["secret"].format(name) for name in variables]
    if variables and answers.schedule:
        lines.append("# " + words["lasting"].format("~/.config/deepdaily/environment"))
    commands = ["models test"] if answers.model else []
    commands += [f"publish --test {answers.chat.kind}"] if answers.chat else []
    commands += ["publish --test mail"] if answers.mail else []
    return [*lines, *(hint(command, places) for command in [*commands, "doctor", "run"])]


def _secrets(answers: Answers) -> list[str]:
    """The variables that the settings name and the environment does not have."""
    named = [answers.chat.variable] if answers.chat else []
    named += ["SMTP_USER", "SMTP_PASSWORD"] if answers.mail and answers.mail.login else []
    return [name for name in named if not os.environ.get(name, "").strip()]
