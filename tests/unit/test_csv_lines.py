"""Line ends of RFC 4180, however the text comes in pieces."""

import csv
import io
import itertools

from hypothesis import given
from hypothesis import strategies as st

from ringback.database.csv_lines import CsvLines

CELLS = st.text(alphabet=st.sampled_from('a",\r\n =é'), max_size=6)
ROWS = st.lists(st.lists(CELLS, min_size=2, max_size=2), min_size=1, max_size=6)


def as_csv(rows: list[list[str]], line_end: str) -> str:
    """What the csv module writes, but for the ends of the lines. Like PostgreSQL it quotes CR and LF."""
    lines: list[str] = []
    for row in rows:
        text = io.StringIO(newline="")
        csv.writer(text, lineterminator="\r\n").writerow(row)
        lines.append(text.getvalue().removesuffix("\r\n") + line_end)
    return "".join(lines)


@given(ROWS, st.lists(st.integers(0, 80), max_size=8))
def test_lines_end_with_cr_lf_and_what_is_quoted_is_untouched(rows: list[list[str]], cuts: list[int]) -> None:
    data = as_csv(rows, "\n").encode()
    places = sorted({0, len(data), *(cut for cut in cuts if cut < len(data))})
    lines = CsvLines()
    pieces = [lines.ended(data[start:end]) for start, end in itertools.pairwise(places)]
    assert b"".join(pieces).decode() == as_csv(rows, "\r\n")
    read = csv.reader(io.StringIO(b"".join(pieces).decode(), newline=""), strict=True)
    assert list(read) == rows
