"""Which secrets the environment lacks is known before an issue depends on them."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from deepdaily.settings import Settings
from deepdaily.settings.missing import unset_of

TABLES = {
    "publish": [
        {"to": "page"},
        {"to": "feishu", "url_env": "F_URL", "secret_env": "F_SECRET"},
        {"to": "slack", "url_env": "S_URL"},
        {
            "to": "mail",
            "host": "h",
            "sender": "a@b.example",
            "recipients": ["c@d.example"],
            "user_env": "M_USER",
            "password_env": "M_PASS",
        },
        {"to": "webhook", "name": "ours", "url_env": "W_URL", "token_env": "W_URL"},
    ],
    "alert": {"url_env": "A_URL", "channels": ["slack"]},
    "sources": {"search": [{"provider": "brave"}, {"provider": "searxng", "endpoint": "http://127.0.0.1:1"}]},
}


def test_every_variable_that_is_named_and_not_set_is_told_with_who_needs_it(monkeypatch: pytest.MonkeyPatch) -> None:
    names = ("BRAVE_API_KEY", "F_URL", "F_SECRET", "S_URL", "M_USER", "M_PASS", "W_URL", "A_URL")
    for name in names:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("S_URL", "https://hooks.slack.com/x")
    monkeypatch.setenv("M_USER", " \n")

    found = unset_of(Settings.model_validate(TABLES))

    assert found == [
        ("brave", "BRAVE_API_KEY"),
        ("feishu", "F_URL"),
        ("feishu", "F_SECRET"),
        ("mail", "M_USER"),
        ("mail", "M_PASS"),
        ("ours", "W_URL"),
        ("alert", "A_URL"),
    ]
    for name in names:
        monkeypatch.setenv(name, "https://x.example")
    assert unset_of(Settings.model_validate(TABLES)) == []


@pytest.mark.parametrize("name", ["page", "mail", "nobody"])
def test_an_alert_goes_to_chats_that_are_there(name: str) -> None:
    with pytest.raises(ValidationError, match=f"names {name}, which is no chat .* there are feishu, slack, ours"):
        Settings.model_validate(TABLES | {"alert": {"channels": [name]}})


@pytest.mark.parametrize("chat", ["", "name", "@x y", "-", "1" * 21])
def test_a_chat_of_telegram_is_a_number_or_a_public_name(chat: str) -> None:
    table = {"to": "telegram", "token_env": "T", "chat": chat}
    with pytest.raises(ValidationError, match="is no chat"):
        Settings.model_validate({"publish": [table]})
    for good in ("-1001234567890", "42", "@channel_name"):
        assert Settings.model_validate({"publish": [table | {"chat": good}]})
