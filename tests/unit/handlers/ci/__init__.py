"""Fixture in, value out."""
