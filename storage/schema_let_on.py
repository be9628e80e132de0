"""What came to its gate later and was answered for, by release. Never changed again."""

LET_ON = ("ALTER TABLE releases ADD COLUMN deploy_let_on TEXT",)
