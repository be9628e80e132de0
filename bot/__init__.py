"""What a release is, what may happen to it, what people read, and the place where all is put together."""

VERSION = "0.1.0"
"""The version of pyproject.toml: what runs from a checkout has no other way to know it."""
