"""Revocations of tokens."""
