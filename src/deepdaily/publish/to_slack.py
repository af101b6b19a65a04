"""A channel of Slack, by an incoming webhook."""

from __future__ import annotations

from dataclasses import dataclass

from deepdaily.core.types import Issue
from deepdaily.publish.chats import Acknowledged, Message, Service, json_of, text_of
from deepdaily.read.web_wire import Answer
from deepdaily.render.limits import LIMITS
from deepdaily.render.slack import slack_line, slack_messages

BUSY = ("rate_limited", "ratelimited", "rollup_error", "internal_error", "service_unavailable", "timeout")
"""Words for what passes (errors of incoming webhooks, 2026)."""


@dataclass(frozen=True, slots=True)
class SlackHook(Service):
    """Messages of Block Kit; the service says `ok` in so many letters."""

    name = "Slack"
    limits = LIMITS["slack"]
    remedies = (
        (r"channel_is_archived", "unarchive the channel, or make a webhook for another"),
        (r"channel_not_found", "the channel is gone: make a webhook for another"),
        (r"no_service|no_team|team_disabled|invalid_token|no_active_hooks|\b404\b", "the webhook is gone: make a new one"),
        (r"action_prohibited|posting_to_general", "an administrator of the workspace has to allow it"),
        (r"invalid_payload|invalid_blocks|no_text|too_many", "the service does not read this message: is it a webhook of Slack?"),
    )

    def messages(self, issue: Issue, link: str) -> list[Message]:
        return slack_messages(issue, self.shape, link)

    def line(self, text: str) -> Message:
        return slack_line(text)

    def acknowledged(self, answer: Answer) -> Acknowledged:
        words, said = text_of(answer).strip(), json_of(answer)
        error = str(said.get("error", ""))
        return Acknowledged(words == "ok" or said.get("ok") is True, "", error or words, (error or words) in BUSY)
