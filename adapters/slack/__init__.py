"""Slack: the conversation in direct messages, over Bolt."""
