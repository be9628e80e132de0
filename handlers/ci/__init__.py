"""CI systems: pure files that build requests and read answers, and the one sender that does the HTTP.

Adding a system is a few pure files, its connection, and one line in the list below.
"""

from collections.abc import Mapping

from handlers.ci import buildbot_webhook, github_webhook, standard_webhook
from handlers.ci.dialect import WebhookDialect

SOURCES: Mapping[str, WebhookDialect] = {
    "buildbot": buildbot_webhook,
    "github": github_webhook,
    "standard": standard_webhook,
}
"""Whose webhooks are understood, by the last word of their route."""
