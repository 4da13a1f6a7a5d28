"""Ringback: a self-hosted callback system for contact centres."""

__version__ = "0.1.0"
