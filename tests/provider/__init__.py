"""A CI system that does not exist, added as CONTRIBUTING.md says: one file, one line in the list, its tests."""
