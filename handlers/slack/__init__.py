"""Slack: what comes in, what goes out."""
