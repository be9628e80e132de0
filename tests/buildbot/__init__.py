"""A real Buildbot for the tests: what is installed, its configuration, and how it is started."""
