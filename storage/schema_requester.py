"""The column that says with which account a release was asked for. Never changed again."""

REQUESTER = ("ALTER TABLE releases ADD COLUMN requested_slack TEXT",)
"""Of what was asked for before it is not known; whom the policy did not list is stored under the account's id."""
