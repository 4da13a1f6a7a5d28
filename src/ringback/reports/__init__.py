"""Counts and rates of what became of callbacks; they hold no personal data and outlive the callbacks."""
