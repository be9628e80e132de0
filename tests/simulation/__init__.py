"""The bot in a world of virtual time, by seed."""
