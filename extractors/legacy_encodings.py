"""Vietnamese drawn over the codes of other letters: TCVN3 (the `.Vn` fonts) and VNI, made Unicode.

A PDF keeps the codes, and its fonts draw other letters than the codes say. Which encoding a text is in is judged by
`extractors.text_layer`. TCVN3 is the one-byte table of TCVN 5712:1993 (its third set); VNI writes a letter followed by
a code that stands for its marks. The tables are our own: those of viparse lack VNI's ẳ and ỵ, and importing them brings
its whole loader along; the tests compare what both have.
Facts: `docs/domain.md`, "Text".
"""

import re
import unicodedata
from enum import StrEnum

from extractors.syllables import is_syllable


class Encoding(StrEnum):
    """What the codes of a text stand for."""

    UNICODE = "unicode"
    TCVN3 = "tcvn3"
    VNI = "vni"


_TCVN3_LETTERS = (
    (0xA1, "ĂÂÊÔƠƯĐăâêôơưđ"),
    (0xB5, "àảãáạ"),
    (0xBB, "ằẳẵắ"),
    (0xC6, "ặầẩẫấậè"),
    (0xCE, "ẻẽéẹềểễếệìỉ"),
    (0xDC, "ĩíịò"),
    (0xE1, "ỏõóọồổỗốộờởỡớợù"),
    (0xF1, "ủũúụừửữứựỳỷỹýỵ"),
)
TCVN3 = {chr(first + at): letter for first, letters in _TCVN3_LETTERS for at, letter in enumerate(letters)}

_GRAVE, _ACUTE, _HOOK, _TILDE, _DOT = "\u0300", "\u0301", "\u0309", "\u0303", "\u0323"
_CIRCUMFLEX, _BREVE = "\u0302", "\u0306"
_VNI_TONES = {"ø": _GRAVE, "ù": _ACUTE, "û": _HOOK, "õ": _TILDE, "ï": _DOT}
_VNI_ROOFS = {"â": "", "à": _GRAVE, "á": _ACUTE, "å": _HOOK, "ã": _TILDE, "ä": _DOT}
_VNI_BREVES = {"ê": "", "è": _GRAVE, "é": _ACUTE, "ú": _HOOK, "ü": _TILDE, "ë": _DOT}
_VNI_WHOLE = {"ñ": "đ", "ô": "ơ", "ö": "ư", "æ": "ỉ", "ó": "ĩ", "ò": "ị", "î": "ỵ"}


def _vni() -> dict[str, str]:
    """Letter with marks by the codes that VNI writes for it, small and capital."""
    table = dict(_VNI_WHOLE)
    for base, letter in (*((vowel, vowel) for vowel in "aeiouy"), ("ô", "ơ"), ("ö", "ư")):
        table |= {base + mark: letter + tone for mark, tone in _VNI_TONES.items()}
    table |= {base + mark: base + _CIRCUMFLEX + tone for base in "aeo" for mark, tone in _VNI_ROOFS.items()}
    table |= {"a" + mark: "a" + _BREVE + tone for mark, tone in _VNI_BREVES.items()}
    composed = {codes: unicodedata.normalize("NFC", letter) for codes, letter in table.items()}
    return composed | {codes.upper(): letter.upper() for codes, letter in composed.items()}


VNI = _vni()
_VNI_CODES = re.compile("|".join(sorted(map(re.escape, VNI), key=len, reverse=True)))

_AS_DRAWN = str.maketrans({"\u2212": "\u00ad", "\u2219": "\u00b7", "\u03bc": "\u00b5", "\u0110": "\u00d0"})
"""What readers of PDFs make of the codes for ư, ã, à and é: they take the font's names of its glyphs at their word."""
_HYPHENS = re.compile(r"-+")


def to_unicode(text: str, encoding: Encoding) -> str:
    """A word in Unicode (NFC). It must not have been cleaned before: the soft hyphen of TCVN3 is ư."""
    if encoding is Encoding.VNI:
        return unicodedata.normalize("NFC", _VNI_CODES.sub(lambda found: VNI[found.group()], text))
    if encoding is Encoding.TCVN3:
        return _capitals_whole(_of_tcvn3(text))
    return unicodedata.normalize("NFC", text)


def _of_tcvn3(text: str) -> str:
    """A word of TCVN3. Some PDFs call the code of ư a hyphen: it is ư where the word is a syllable with it only."""
    letters = "".join(TCVN3.get(code, code) for code in text.translate(_AS_DRAWN))
    core = letters.strip(".,;:()[]\"'“”!?/")
    if "-" in core and core.strip("-") and is_syllable(_HYPHENS.sub("ư", core)):
        return _HYPHENS.sub("ư", letters)
    return unicodedata.normalize("NFC", letters)


def _capitals_whole(text: str) -> str:
    """TCVN3 has no accented capitals: a word whose plain letters are all capitals is one in capitals."""
    plain = [letter for letter in text if letter.isascii() and letter.isalpha()]
    is_capital = len(plain) > 1 and all(map(str.isupper, plain))
    return text.upper() if is_capital else text
