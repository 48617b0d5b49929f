"""Passwords that are guessed first: words and rows of keys that people take again and again, whatever is put around.

A small list of our own, for an office without a network: what leaked lists have at their head everywhere, and what is
guessed first in a Vietnamese office. A passphrase of several words is not common, even if each of them is.
"""

import re

from pipeline.text import fold

_EVERYWHERE = """
    password passwords passw pass login admin administrator root user welcome letmein iloveyou monkey dragon master
    sunshine princess football baseball superman batman shadow secret michael jordan hello charlie freedom whatever
    trustno starwars computer internet google facebook samsung iphone windows android default changeme guest test demo
    abc abcd abcde abcdef abcdefgh abcdefghij abcdefghijk abcdefghijkl
"""
_HERE = """
    matkhau matkhaumoi matkhaucu matma khongbiet khongco khongcomatkhau anhyeuem emyeuanh yeuem yeuanh toiyeuem emyeu
    anhyeu giadinh giadinhtoi hanhphuc tinhyeu maimai xinchao chaoban xinchaocacban vietnam toiyeuvietnam vietnamvodich
    vietnammuonnam hanoi saigon hochiminh danang haiphong cantho congviec vanphong coquan taikhoan nguoidung quantri
    quantrivien quanly nhanvien giamdoc truongphong danguy dangbo chibo dangvien bithu capuy chiuy vanthu chanhvanphong
    dangcongsan dangcongsanvietnam doclap tudo doclaptudo doclaptudohanhphuc doanthanhnien vankho khovanban luutru
    congvan nghiquyet uyban uybannhandan nguyenvana nguyenvan nguyenthi tranvan tranthi levan phamvan
"""
_WORDS = frozenset((_EVERYWHERE + _HERE).split())

_ROWS = ("qwertyuiop", "asdfghjkl", "zxcvbnm", "qazwsxedcrfv", "1qaz2wsx3edc4rfv", "abcdefghijklmnopqrstuvwxyz")
_ROW_PIECE = 4
"""So many neighbouring keys are a piece of a row."""

_LEET = str.maketrans("013457@$!", "oieastasi")
"""Digits and signs that people put for letters."""


def is_common(password: str) -> bool:
    """Whether the password is one common word or row of keys with digits and signs around it, or repeated."""
    plain = "".join(fold(password).split())
    spelt = re.sub(r"[^a-z]+$", "", plain).translate(_LEET)  # the digits of a year at the end are no letters
    return any(map(_is_common_core, (plain, spelt)))


def _is_common_core(plain: str) -> bool:
    core = _once(re.sub(r"[^a-z]", "", plain))
    return core in _WORDS or _without_rows(plain) == ""


def _once(core: str) -> str:
    """The piece that the text is a repetition of, or the text."""
    lengths = (length for length in range(1, len(core) // 2 + 1) if len(core) % length == 0)
    return next((core[:length] for length in lengths if core[:length] * (len(core) // length) == core), core)


def _without_rows(plain: str) -> str:
    """What is left without digits, signs, and pieces of rows of keys, forwards or backwards."""
    rows = [row for written in _ROWS for row in (written, written[::-1])]
    left, place = [], 0
    while place < len(plain):
        length = max(_shared(plain[place:], row) for row in rows)
        if length < _ROW_PIECE and plain[place].isalpha():
            left.append(plain[place])
        place += length if length >= _ROW_PIECE else 1
    return "".join(left)


def _shared(text: str, row: str) -> int:
    """How many characters from the beginning of the text stand together in the row."""
    length = 0
    while length < len(text) and text[: length + 1] in row:
        length += 1
    return length
