"""What Slack's client raises, read."""

from slack_sdk.errors import SlackApiError


def code_of(error: SlackApiError) -> str:
    """Return Slack's own code; empty where something else answered in its place, in whatever form."""
    data = getattr(error.response, "data", None)
    return str(data.get("error") or "") if isinstance(data, dict) else ""
