"""Modules of Debian."""
