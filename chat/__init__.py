"""The chat: rooms, messages, their log and its delivery."""
