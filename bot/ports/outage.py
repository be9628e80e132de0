"""When the database cannot be used: what a transaction raises then, for the doors and the loops."""


class StoreUnavailable(Exception):  # noqa: N818 - the state of the world, not a fault of ours
    """The database cannot be used now, and nothing of the transaction counts as stored; the message says why.

    It may be over in a moment: whoever must not lose anything waits and asks again, and acknowledges nothing meanwhile.
    """
