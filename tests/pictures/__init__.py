"""The pictures of the docs, made from the sandbox's page: `make pictures`."""
