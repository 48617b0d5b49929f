"""The closed list of topics (lĩnh vực) of which a document may have one. Its source: `docs/domain.md`, "Topics"."""

from collections.abc import Mapping
from types import MappingProxyType

TOPICS: Mapping[str, str] = MappingProxyType(
    {
        "to_chuc": "Tổ chức xây dựng Đảng",
        "kiem_tra": "Kiểm tra – giám sát",
        "tuyen_giao": "Tuyên giáo",
        "dan_van": "Dân vận",
        "noi_chinh": "Nội chính",
        "van_phong": "Văn phòng",
        "khoa_hoc": "Khoa học – công nghệ",
        "kinh_te_xa_hoi": "Kinh tế – xã hội",
    }
)
"""The title of each topic by its slug."""
