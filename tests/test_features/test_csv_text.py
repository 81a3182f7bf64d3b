"""What kind of text a CSV file is."""

import gzip
from pathlib import Path

import pytest

from features.csv_text import BadText, CsvText, text_of

ROWS = "größe,b\n1,2\n"


def text_in(folder: Path, content: bytes, name: str = "t.csv") -> CsvText:
    (folder / name).write_bytes(content)
    return text_of(folder / name)


@pytest.mark.parametrize(
    ("content", "encoding", "is_noted"),
    [
        (b"a,b\n", "utf-8", False),
        (ROWS.encode(), "utf-8", False),
        (ROWS.encode("utf-8-sig"), "utf-8-sig", False),
        (ROWS.encode("utf-16"), "utf-16", False),
        (b"\xfe\xff" + ROWS.encode("utf-16-be"), "utf-16", False),
        (ROWS.encode("cp1252"), "cp1252", True),
        (ROWS.encode("cp1252") + b"\x81,3\n", "latin-1", True),
        ((ROWS * 20).encode() + b"\xff,3\n", "utf-8", False),
        (b"a,b\n" + b"1,2\n" * 300_000 + "3,ö\n".encode("cp1252"), "cp1252", True),
    ],
)
def test_the_encoding_is_told_by_all_bytes(tmp_path: Path, content: bytes, encoding: str, is_noted: bool) -> None:
    text = text_in(tmp_path, content)

    assert (text.encoding, "save it as CSV UTF-8" in text.note) == (encoding, is_noted)


@pytest.mark.parametrize(
    ("content", "separator"),
    [
        ("a,b\n1,2\n", ","),
        ("a;b\n1,5;2,5\n", ";"),
        ("a\tb;c\n1\t2;3\n", "\t"),
        ("a|b\n1|x, y, z\n", "|"),
        ("a^b\n1^2\n", "^"),
        ('a,b\n"1;2;3",2\n"1;2;3",2\n', ","),
        ("sep=;\na;b\n1;2\n", ";"),
        ("a\x1fb\n" + "1\x1f2\n" * 50, "\x1f"),
        ("a,b\n" + "broken \x07 by accident,2\n" * 8, ","),
        ("only\n1\n", ","),
        ("", ","),
    ],
)
def test_the_separator_is_what_cuts_most_rows_alike(tmp_path: Path, content: str, separator: str) -> None:
    assert text_in(tmp_path, content.encode()).separator == separator


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"PK\x03\x04...", "Excel workbook or a zip file; in Excel: File, Save As, CSV UTF-8"),
        (b"\xd0\xcf\x11\xe0...", "old Excel workbook"),
        (b"PAR1...", "rename it to end in .parquet"),
        (b"%PDF-1.7", "a PDF; export the table as CSV"),
        (b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 4, "many bytes that no text has"),
        (b"\n<html><table>", "is a web page, no CSV"),
        (ROWS.encode("utf-16-le"), "UTF-16 text without a byte order mark"),
        (gzip.compress(b"a,b\n1,2\n" * 999)[:-12], "cut short or damaged"),
        (gzip.compress(b"a,b\n")[:15] + b"\xff" * 9, "cut short or damaged"),
    ],
)
def test_what_is_no_text_is_refused_with_its_cure(tmp_path: Path, content: bytes, told: str) -> None:
    with pytest.raises(BadText, match=told.replace("(", r"\(")):
        text_in(tmp_path, content)


def test_a_file_that_is_only_called_gzip_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadText, match="is no gzip file, though it is called so"):
        text_in(tmp_path, b"a,b\n", "t.csv.gz")


def test_a_packed_file_is_unpacked_whatever_it_is_called(tmp_path: Path) -> None:
    text = text_in(tmp_path, gzip.compress(ROWS.encode()))

    with text.opened() as file:
        assert file.read() == ROWS
