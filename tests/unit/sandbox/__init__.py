"""The local Slack, piece by piece."""
