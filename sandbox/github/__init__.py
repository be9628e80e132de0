"""A stand-in for GitHub's API and webhooks, whose count of deploys is the oracle of the tests."""
