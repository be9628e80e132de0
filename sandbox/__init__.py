"""A Slack workspace and a pipeline on your own machine. Knows nothing of the bot."""
