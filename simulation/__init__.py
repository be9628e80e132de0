"""The bot in a world of virtual time: the sandbox in-process, a network that fails by seed, crashes, an oracle."""
