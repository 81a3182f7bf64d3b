"""What kind of text a CSV file is: packed or not, encoding, separator; told by its bytes, the same every time."""

import codecs
import csv
import gzip
import io
import re
import zlib
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING, TextIO, cast

if TYPE_CHECKING:
    from _csv import Reader

#: Where two cut a file alike, the one that people write less in texts and numbers.
SEPARATORS = ("\x1f", "\t", "|", "^", "~", ";", ",")
_BLOCK = 1 << 20
_SAMPLE_ROWS = 100
_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_NO_TEXT = (
    (b"PK\x03\x04", "is an Excel workbook or a zip file; in Excel: File, Save As, CSV UTF-8 (.csv), or unpack it"),
    (b"\xd0\xcf\x11\xe0", "is an old Excel workbook; in Excel: File, Save As, CSV UTF-8 (.csv)"),
    (b"PAR1", "is a Parquet file; rename it to end in .parquet"),
    (b"%PDF", "is a PDF; export the table as CSV"),
    (b"\x28\xb5\x2f\xfd", "is packed by zstd; unpack it, or pack it by gzip"),
)
_MARKUP = re.compile(rb"\s*<(!doctype|html|table|\?xml)", re.IGNORECASE)
#: Bytes that no text has, but by accident; zero is told apart, and \x1f separates.
_CONTROL = bytes([*range(1, 9), *range(14, 31), 127])
_MAX_CONTROL, _MAX_CONTROL_SHARE = 8, 0.02
_BROKEN = re.compile("[\udc80-\udcff]")
_BEYOND_ASCII = re.compile(r"[^\x00-\x7f]")
#: So many broken bytes among a hundred letters beyond ASCII are damage of a UTF-8 text, not another encoding.
_DAMAGED_PERCENT = 10
#: Longer than any cell: a quote that is never closed swallows the rest of the file.
_MAX_FIELD = 50_000_000


class BadText(ValueError):
    """A file that is no CSV text; the text says what it is, and what to do."""


@dataclass(frozen=True)
class CsvText:
    """A CSV file and how to read it; `note` says what was assumed, where the file does not say it itself."""

    path: Path
    encoding: str
    separator: str
    note: str = ""

    @contextmanager
    def opened(self) -> Iterator[TextIO]:
        """Its lines, with the ends they have; bytes that are no such text become lone surrogates."""
        with opened_bytes(self.path) as raw:
            yield io.TextIOWrapper(raw, encoding=self.encoding, errors="surrogateescape", newline="")

    def records(self, file: TextIO) -> "Reader":
        """The rows of cells in these lines."""
        csv.field_size_limit(_MAX_FIELD)
        return csv.reader(file, delimiter=self.separator)


@contextmanager
def opened_bytes(path: Path) -> Iterator[IO[bytes]]:
    """The file's bytes, unpacked where they are gzip, whatever it is called.

    Raises
    ------
    BadText : it is cut short or damaged.
    """
    with path.open("rb") as file:
        is_packed = file.read(2) == b"\x1f\x8b"
        if path.suffix.lower() == ".gz" and not is_packed:
            raise BadText("is no gzip file, though it is called so; rename it to end in .csv, or pack it again")
        file.seek(0)
        try:
            if is_packed:
                with gzip.GzipFile(fileobj=file) as unpacked:
                    yield cast(IO[bytes], unpacked)
            else:
                yield file
        except (EOFError, zlib.error, gzip.BadGzipFile) as error:
            raise BadText(f"is a gzip file that is cut short or damaged ({error}); copy or export it again") from error


def text_of(path: Path) -> CsvText:
    """How to read a file.

    Raises
    ------
    BadText : it is no CSV text.
    """
    encoding, note = _encoding(path)
    plain = CsvText(path, encoding, ",", note)
    with plain.opened() as file:
        sample = _lines(file)
    return CsvText(path, encoding, _separator(sample), note)


def _lines(file: TextIO) -> list[str]:
    lines = []
    for line in file:
        lines.append(line[:100_000])
        if len(lines) == _SAMPLE_ROWS:
            break
    return lines


def _encoding(path: Path) -> tuple[str, str]:
    """The encoding that the bytes show: a byte order mark, else UTF-8, else what Windows writes in the West."""
    n_broken = n_letters = 0
    is_cp1252 = True
    with opened_bytes(path) as file:
        head = file.read(_BLOCK)
        _refuse_no_text(head)
        for mark, encoding in _BOMS:
            if head.startswith(mark):
                return encoding, ""
        decoder = codecs.getincrementaldecoder("utf-8")("surrogateescape")
        block = head
        while block:
            if not block.isascii() or decoder.getstate()[0]:
                text = decoder.decode(block)
                broken = len(_BROKEN.findall(text))
                n_broken += broken
                n_letters += len(_BEYOND_ASCII.findall(text)) - broken
                is_cp1252 = is_cp1252 and not set(block) & {0x81, 0x8D, 0x8F, 0x90, 0x9D}
            block = file.read(_BLOCK)
        n_broken += len(decoder.decode(b"", final=True))
    if n_broken * 100 <= n_letters * _DAMAGED_PERCENT:
        return "utf-8", ""
    name = "cp1252" if is_cp1252 else "latin-1"
    return name, f"it is no UTF-8 text and was read as {name}; if names look wrong, save it as CSV UTF-8"


def _refuse_no_text(head: bytes) -> None:
    for mark, told in _NO_TEXT:
        if head.startswith(mark):
            raise BadText(told)
    if _MARKUP.match(head):
        raise BadText("is a web page, no CSV (some reports are saved so as .xls); export it as CSV")
    zeros = head.count(0)
    has_mark = any(head.startswith(mark) for mark, _ in _BOMS)
    if not has_mark and zeros > len(head) / 4:
        raise BadText("seems to be UTF-16 text without a byte order mark; save it as CSV UTF-8")
    n_control = len(head) - len(head.translate(None, _CONTROL))
    if not has_mark and n_control > max(_MAX_CONTROL, _MAX_CONTROL_SHARE * len(head)):
        raise BadText("has many bytes that no text has: it is a picture, packed, or something else; export it as CSV")


def _separator(sample: list[str]) -> str:
    """The separator that cuts most rows into equally many cells; Excel's own first line ``sep=;`` says it."""
    said = re.fullmatch(r"\ufeff?\"?sep=(.)\"?", sample[0].strip("\r\n")) if sample else None
    if said is not None:
        return said[1]

    def score(separator: str) -> tuple[int, int]:
        widths = Counter(len(row) for row in csv.reader(sample, delimiter=separator) if row)
        widths.pop(1, None)
        width, n_rows = max(widths.items(), key=lambda item: (item[1], item[0]), default=(0, 0))
        return n_rows, width

    csv.field_size_limit(_MAX_FIELD)
    best = max(SEPARATORS, key=score)
    return best if score(best) > (0, 0) else ","
