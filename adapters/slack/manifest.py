"""The app's manifest: what Slack is told of us. The listeners are held against it by a test, in both directions."""

from typing import Any

from adapters.slack.access import EVENTS as EVENTS_PATH
from adapters.slack.access import REDIRECT

COMMAND = "/teamcheck"
START = "start_check"
READ_POSTING = "read_posting"
TAKE_DOWN = "take_down"

SCOPES = {
    "commands": "to be called by /teamcheck",
    "chat:write": "to write to you, and where you share a report",
    "im:write": "to open direct messages with you",
    "files:write": "to hand you your export as a file",
    "users:read": "to know your language, your time zone, and who is an admin",
}
"""What a bot token needs, and what for."""
TYPING = {
    "im:history": "to read what you type in direct messages with the bot",
    "files:read": "to read a job posting that you send there as a file",
}
"""Without them everything works by buttons, windows and /teamcheck."""
EVENTS = ("app_home_opened", "app_uninstalled", "tokens_revoked")
TYPING_EVENTS = ("message.im",)


def manifest(*, typing: bool = True, url: str | None = None) -> dict[str, Any]:
    """Return the manifest.

    Args:
        typing: whether the bot may read what is typed to it.
        url: how the world reaches the bot's HTTP, for an app that many workspaces install; None: Socket Mode.

    """
    scopes = {**SCOPES, **(TYPING if typing else {})}
    events = (*EVENTS, *(TYPING_EVENTS if typing else ()))
    called = {"url": f"{url}{EVENTS_PATH}"} if url else {}
    asked = {"request_url": f"{url}{EVENTS_PATH}"} if url else {}
    return {
        "_metadata": {"major_version": 1, "minor_version": 1},
        "display_information": {
            "name": "teamcheck",
            "description": "Three questions to ask before you join a machine-learning team.",
            "background_color": "#1f3a4d",
        },
        "features": {
            "app_home": {
                "home_tab_enabled": True,
                "messages_tab_enabled": True,
                "messages_tab_read_only_enabled": False,
            },
            "bot_user": {"display_name": "teamcheck", "always_online": True},
            "slash_commands": [
                {
                    "command": COMMAND,
                    **called,
                    "description": "Look at a team before you join it. Only you see this.",
                    "usage_hint": "[list | resume | report | questions | share | profile | settings | help]",
                    "should_escape": False,
                }
            ],
            "shortcuts": [
                {
                    "name": "Check a team",
                    "type": "global",
                    "callback_id": START,
                    "description": "Three questions about an ML team, in private",
                },
                {
                    "name": "Read as job posting",
                    "type": "message",
                    "callback_id": READ_POSTING,
                    "description": "What it suggests about the team, for you alone",
                },
                {
                    "name": "Take report down",
                    "type": "message",
                    "callback_id": TAKE_DOWN,
                    "description": "Takes a shared report out of the channel (owner, admin)",
                },
            ],
        },
        "oauth_config": {
            **({"redirect_urls": [f"{url}{REDIRECT}"]} if url else {}),
            "scopes": {"bot": sorted(scopes)},
        },
        "settings": {
            "event_subscriptions": {**asked, "bot_events": sorted(events)},
            "interactivity": {"is_enabled": True, **asked},
            "org_deploy_enabled": False,
            "socket_mode_enabled": url is None,
            "token_rotation_enabled": url is not None,
        },
    }
