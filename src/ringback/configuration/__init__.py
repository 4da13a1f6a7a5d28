"""The configuration of an installation as a file: what people set up, without secrets, presence and practice."""
