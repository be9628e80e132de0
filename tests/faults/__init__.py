"""Every way a network can fail, under every call that the bot makes."""
