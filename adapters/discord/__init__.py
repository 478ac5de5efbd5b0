"""Discord: the conversation in direct messages, over discord.py."""
