"""The one table of document types: slug, printed title, symbols in Party and in state numbers.

Sources: the Party's list of types (Quy định 399-QĐ/TW), Nghị định 30/2020/NĐ-CP appendix III for the
administrative ones, and the practice of legal texts; see `docs/domain.md`, "Types". `QĐ` in a Party number is
both quyết định and quy định, `TT` is thông tri there and thông tư in the state's: the title line decides.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from pipeline.text import clean, fold

UNKNOWN_TYPE = "khac"


@dataclass(frozen=True, slots=True)
class DocumentType:
    """A type. `party` and `state` are its symbols in numbers, the usual first; empty where it has none."""

    slug: str
    title: str
    party: tuple[str, ...] = ()
    state: tuple[str, ...] = ()


_TABLE = (
    DocumentType("cuong_linh", "Cương lĩnh"),
    DocumentType("dieu_le", "Điều lệ"),
    DocumentType("chien_luoc", "Chiến lược", ("CL",)),
    DocumentType("nghi_quyet", "Nghị quyết", ("NQ",), ("NQ",)),
    DocumentType("quyet_dinh", "Quyết định", ("QĐ",), ("QĐ",)),
    DocumentType("chi_thi", "Chỉ thị", ("CT",), ("CT",)),
    DocumentType("ket_luan", "Kết luận", ("KL",), ("KL",)),
    DocumentType("quy_che", "Quy chế", ("QC",), ("QC",)),
    DocumentType("quy_dinh", "Quy định", ("QĐ", "QyĐ", "QYĐ", "QĐi"), ("QyĐ", "QYĐ")),
    DocumentType("thong_tri", "Thông tri", ("TT",)),
    DocumentType("huong_dan", "Hướng dẫn", ("HD",), ("HD",)),
    DocumentType("thong_bao", "Thông báo", ("TB",), ("TB",)),
    DocumentType("thong_cao", "Thông cáo", ("TC",), ("TC",)),
    DocumentType("tuyen_bo", "Tuyên bố", ("TBo",)),
    DocumentType("loi_keu_goi", "Lời kêu gọi", ("LKG",)),
    DocumentType("bao_cao", "Báo cáo", ("BC",), ("BC",)),
    DocumentType("ke_hoach", "Kế hoạch", ("KH",), ("KH",)),
    DocumentType("quy_hoach", "Quy hoạch", ("QH",)),
    DocumentType("chuong_trinh", "Chương trình", ("CTr", "CTR", "CTrHĐ"), ("CTr", "CTR")),
    DocumentType("de_an", "Đề án", ("ĐA",), ("ĐA",)),
    DocumentType("phuong_an", "Phương án", ("PA",), ("PA",)),
    DocumentType("du_an", "Dự án", ("DA",), ("DA",)),
    DocumentType("to_trinh", "Tờ trình", ("TTr", "TTR"), ("TTr", "TTR")),
    DocumentType("cong_van", "Công văn", ("CV",), ("CV",)),
    DocumentType("bien_ban", "Biên bản", ("BB",), ("BB",)),
    DocumentType("ban_sao", "Bản sao", ("BS",), ("SY", "TrS", "SL")),
    DocumentType("giay_gioi_thieu", "Giấy giới thiệu", ("GGT",), ("GGT",)),
    DocumentType("giay_chung_nhan", "Giấy chứng nhận", ("GCN",), ("GCN",)),
    DocumentType("giay_di_duong", "Giấy đi đường", ("GĐĐ",), ("GĐĐ",)),
    DocumentType("giay_nghi_phep", "Giấy nghỉ phép", ("GNP",), ("GNP",)),
    DocumentType("giay_moi", "Giấy mời", ("GM",), ("GM",)),
    DocumentType("giay_uy_quyen", "Giấy ủy quyền", ("GUQ",), ("GUQ",)),
    DocumentType("phieu_gui", "Phiếu gửi", ("PG",), ("PG",)),
    DocumentType("phieu_chuyen", "Phiếu chuyển", ("PC",), ("PC",)),
    DocumentType("phieu_bao", "Phiếu báo", (), ("PB",)),
    DocumentType("hop_dong", "Hợp đồng", (), ("HĐ",)),
    DocumentType("cong_dien", "Công điện", (), ("CĐ",)),
    DocumentType("ban_ghi_nho", "Bản ghi nhớ", (), ("BGN",)),
    DocumentType("ban_thoa_thuan", "Bản thỏa thuận", (), ("BTT",)),
    DocumentType("thu_cong", "Thư công"),
    DocumentType("hien_phap", "Hiến pháp"),
    DocumentType("bo_luat", "Bộ luật"),
    DocumentType("luat", "Luật"),
    DocumentType("phap_lenh", "Pháp lệnh", (), ("PL",)),
    DocumentType("lenh", "Lệnh", (), ("L",)),
    DocumentType("nghi_dinh", "Nghị định", (), ("NĐ",)),
    DocumentType("thong_tu", "Thông tư", (), ("TT",)),
    DocumentType("thong_tu_lien_tich", "Thông tư liên tịch", (), ("TTLT",)),
    DocumentType("nghi_quyet_lien_tich", "Nghị quyết liên tịch", ("NQLT",), ("NQLT",)),
    DocumentType(UNKNOWN_TYPE, "Khác"),
)

TYPES: Mapping[str, DocumentType] = MappingProxyType({entry.slug: entry for entry in _TABLE})
"""All types by slug."""

TITLES: Mapping[str, str] = MappingProxyType(
    {fold(clean(entry.title)): entry.slug for entry in _TABLE if entry.slug != UNKNOWN_TYPE}
)
"""Slug by folded title, for title lines and queries."""


def types_of_symbol(symbol: str, *, is_party: bool) -> tuple[str, ...]:
    """The slugs that a symbol in a number may stand for, most usual first. Case and the bar of Đ are not trusted."""
    wanted = fold(symbol)
    exact = [t.slug for t in _TABLE if symbol in (t.party if is_party else t.state)]
    loose = [t.slug for t in _TABLE if wanted in map(fold, t.party if is_party else t.state)]
    return tuple(dict.fromkeys(exact + loose))


def symbols(slug: str) -> tuple[str, ...]:
    """All symbols of a type in numbers, Party's first."""
    entry = TYPES[slug]
    return tuple(dict.fromkeys(entry.party + entry.state))


SYMBOLS: frozenset[str] = frozenset(fold(symbol) for entry in _TABLE for symbol in entry.party + entry.state)
"""Every known symbol, folded."""
