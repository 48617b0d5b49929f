"""What makes a PDF one for keeping: language, title, colours that are said, and the claim to be PDF/A-2b if it holds.

The claim is made only where nothing is known that forbids it (`hindrances`). That is less than a validator checks: the
coding of pictures and the inside of fonts are not looked at. Standard: ISO 19005-2:2011; clauses are named below.
"""

import zlib
from collections.abc import Iterator

import pikepdf
from pikepdf import Array, Dictionary, Name, Object, Stream, String
from PIL import ImageCms

_MADE = slice(24, 36)
_A_DAY = bytes((7, 208, 0, 1, 0, 1, 0, 0, 0, 0, 0, 0))
"""The profile says when it was made; a PDF of the same pages has the same bytes whenever that is."""
_FOREIGN_COLOURS = frozenset({"/DeviceCMYK", "/DeviceN", "/Separation"})
_CODINGS = frozenset({"/LZWDecode", "/LZW", "/JPXDecode", "/Crypt"})
_FORBIDDEN_IMAGE_KEYS = frozenset({"/Alternates", "/OPI"})
_FORBIDDEN_FORM_KEYS = frozenset({"/PS", "/Ref", "/OPI"})
_FORBIDDEN_STATE_KEYS = frozenset({"/TR", "/HTP"})
_STANDARD_FONTS = frozenset({"/Type1", "/MMType1", "/TrueType", "/CIDFontType0", "/CIDFontType2"})
_EMBEDDED = ("/FontFile", "/FontFile2", "/FontFile3")


def make_archival(pdf: pikepdf.Pdf, *, title: str, language: str) -> None:
    """Give a new PDF its title, language and colours, and the mark of PDF/A-2b unless something forbids it."""
    pdf.Root.Lang = String(language)
    pdf.Root.OutputIntents = Array([_output_intent(pdf)])
    pdf.docinfo["/Title"] = title
    is_archival = not hindrances(pdf)
    with pdf.open_metadata(set_pikepdf_as_editor=False, update_docinfo=False) as metadata:
        metadata["dc:title"] = title
        metadata["dc:language"] = {language}
        if is_archival:
            metadata["pdfaid:part"] = "2"
            metadata["pdfaid:conformance"] = "B"


def hindrances(pdf: pikepdf.Pdf) -> tuple[str, ...]:
    """What is in a PDF that PDF/A-2b forbids, as far as it is looked for; each with its clause, in order."""
    return tuple(sorted({found for item in pdf.objects for part in _parts(item) for found in _of(part)}))


def _parts(item: Object) -> Iterator[Object]:
    """An object and all that is written inside it; what it only refers to is an object by itself."""
    yield item
    if isinstance(item, Stream | Dictionary):
        inner = [value for _, value in item.items()]
    else:
        inner = list(item) if isinstance(item, Array) else []
    for part in inner:
        if isinstance(part, Dictionary | Array) and not part.is_indirect:
            yield from _parts(part)


def _of(item: Object) -> Iterator[str]:
    if isinstance(item, Stream):
        yield from _of_stream(item)
    if not isinstance(item, Stream | Dictionary):
        return
    if item.get("/Type") == Name.Font:
        yield from _of_font(item)
    if any(key in item for key in _FORBIDDEN_STATE_KEYS):
        yield "6.2.5 transfer functions"
    yield from (f"6.2.4 colours of {name}" for name in _FOREIGN_COLOURS & _names(item))
    if item.get("/S") in {Name.JavaScript, Name.Launch} or "/AA" in item:
        yield "6.5 actions"


def _of_stream(item: Stream) -> Iterator[str]:
    yield from (f"6.1.7 coding {name}" for name in _CODINGS & _names(Dictionary(F=item.get("/Filter", Array()))))
    if any(key in item for key in ("/F", "/FFilter", "/FDecodeParms")):
        yield "6.1.7 bytes in another file"
    if item.get("/Subtype") == Name.Image and (item.get("/Interpolate", False) or _FORBIDDEN_IMAGE_KEYS & item.keys()):
        yield "6.2.8 interpolated or alternate images"
    if item.get("/Subtype") == Name.Form and _FORBIDDEN_FORM_KEYS & item.keys():
        yield "6.2.9 forms of another file"


def _of_font(font: Object) -> Iterator[str]:
    """Fonts are embedded. Invisible ones need not be, but which they are is not looked for."""
    if font.get("/Subtype") not in _STANDARD_FONTS:
        return  # made of parts, which are looked at by themselves, or of drawings
    descriptor = font.get("/FontDescriptor", Dictionary())
    if not any(key in descriptor for key in _EMBEDDED):
        yield "6.2.11.4 fonts that are not in the file"


def _names(item: Object) -> set[str]:
    """The names among the values of a dictionary, and first in its arrays."""
    found = set()
    for value in item.values():
        entries = list(value) if isinstance(value, Array) else [value]
        found |= {str(entry) for entry in entries if isinstance(entry, Name)}
    return found


def _output_intent(pdf: pikepdf.Pdf) -> Object:
    """Colours without further words are sRGB (6.2.3)."""
    profile = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    profile[_MADE] = _A_DAY
    stream = Stream(pdf, zlib.compress(bytes(profile), 9), N=3, Alternate=Name.DeviceRGB, Filter=Name.FlateDecode)
    return pdf.make_indirect(
        Dictionary(
            Type=Name.OutputIntent,
            S=Name.GTS_PDFA1,
            OutputConditionIdentifier=String("sRGB"),
            Info=String("sRGB"),
            DestOutputProfile=pdf.make_indirect(stream),
        )
    )
