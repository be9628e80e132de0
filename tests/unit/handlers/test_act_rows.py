"""How acts are stored: what was stored by the version before can still be decided."""

from datetime import UTC, datetime, timedelta

from handlers.acts import ACT, Form


def test_the_only_form_of_the_version_before_is_read_as_a_form() -> None:
    stored = '{"slack":"U0PRIYA","team":"T0ACME","kind":"rejection","handle":"h4ndle","reason":"Not today"}'
    assert ACT.validate_json(stored) == Form(
        kind="rejection", slack="U0PRIYA", team="T0ACME", handle="h4ndle", reason="Not today"
    )


def test_a_form_is_read_as_it_was_stored() -> None:
    form = Form(slack="U0SAM", handle="h", at=datetime(2026, 11, 25, 12, tzinfo=UTC), length=timedelta(hours=2))
    assert ACT.validate_json(ACT.dump_json(form)) == form
