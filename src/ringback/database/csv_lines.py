"""PostgreSQL's CSV with the line ends of RFC 4180."""

QUOTE = b'"'
OURS = b"\n"
RFC_4180 = b"\r\n"


class CsvLines:
    """Ends lines with CR LF instead of LF, piece by piece. Line breaks within quotes are data and stay as they are."""

    def __init__(self) -> None:
        self._is_quoted = False

    def ended(self, piece: bytes) -> bytes:
        """The next piece of the text, however it was cut."""
        if not self._is_quoted and QUOTE not in piece:
            return piece.replace(OURS, RFC_4180)
        # Each quote turns quoting on or off; a doubled one, which stands for itself, does both.
        parts = piece.split(QUOTE)
        first = 1 if self._is_quoted else 0
        parts[first::2] = [part.replace(OURS, RFC_4180) for part in parts[first::2]]
        self._is_quoted ^= len(parts) % 2 == 0
        return QUOTE.join(parts)
