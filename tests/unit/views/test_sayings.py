"""What people said, quoted within a sentence that ends by itself."""

import pytest

from bot.views.sayings import said_why


@pytest.mark.parametrize(
    ("reason", "said"),
    [
        ("refunds fail", ": “refunds fail”"),
        ("Refunds fail. ", ": “Refunds fail”"),
        ("Wait...", ": “Wait...”"),
        ("Why?", ": “Why?”"),
        (".", ""),
        ("", ""),
    ],
)
def test_a_reason_is_quoted_without_a_second_full_stop(reason: str, said: str) -> None:
    assert said_why(reason) == said
