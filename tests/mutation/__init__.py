"""Each rule made wrong in one place at a time: the unit tests of the core must notice."""
