"""Who asked for the end of a release's deploy while it was under way, and when. Never changed again."""

STOPS = ("ALTER TABLE releases ADD COLUMN deploy_stop TEXT",)
