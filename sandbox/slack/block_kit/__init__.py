"""Block Kit's rules: what Slack refuses in blocks and views."""
