"""Reads tables that the API gives as CSV."""

import csv
import io

import httpx


def read(answer: httpx.Response) -> list[dict[str, str]]:
    """The lines of a table, read strictly."""
    assert answer.status_code == 200, answer.text
    return list(csv.DictReader(io.StringIO(answer.content.decode("utf-8"), newline=""), strict=True))
