"""What invented headers say: syllables without sense, type names, and what is stamped on papers."""

import numpy as np

SYLLABLES: list[str] = """
đảng ủy chi bộ hội nghị quyết định về việc công tác xây dựng tổ chức kế hoạch báo cáo kết quả thực hiện năm quý tháng
ngày số văn phòng ban thường vụ cấp trên cơ sở chính trị nhiệm kỳ đại biểu toàn thể cán bộ viên chức người lao động phát
triển kinh tế xã hội quản lý nhà nước pháp luật kỹ thuật khoa học nghệ mắt mặt mất mát mức mẫu mới một mười mong muốn
nhật thống nhất chất lượng đất đai môi trường giáo dục đào tạo y bệnh viện trung ương tỉnh huyện phường thành phố liên
hiệp các hướng dẫn thông báo chỉ thị quy chế trình kết luận bảo vệ bí an ninh trật tự phòng chống tham nhũng tiết kiệm
tập làm theo gương đạo đức phong cách kiểm tra giám sát kỷ dân vận tuyên mặt trận tổ quốc đoàn thanh niên phụ nữ nông
cựu chiến binh khen thưởng thi đua yêu tăng cường lãnh chuyển đổi ứng dụng tin truyền sự nghiệp nhập quốc
""".split()  # noqa: SIM905 - 150 quoted words nobody could read
TYPES = (
    *("NGHỊ QUYẾT", "QUYẾT ĐỊNH", "CHỈ THỊ", "THÔNG BÁO", "KẾ HOẠCH", "BÁO CÁO", "HƯỚNG DẪN", "QUY ĐỊNH", "TỜ TRÌNH"),
    *("KẾT LUẬN", "CÔNG ĐIỆN", "GIẤY MỜI"),
)
NATIONAL = ("ĐẢNG CỘNG SẢN VIỆT NAM", "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM")
SYMBOLS = ("-NQ/ĐU", "/QĐ-UBND", "-CV/CB", "/BC-VP", "-TB/ĐU", "/KH-HĐND", "-CT/TW")
OF_SECRETS = (
    *("bảo vệ bí mật nhà nước", "danh mục bí mật nhà nước", "Tài liệu MẬT, TỐI MẬT", "Mặt trận Tổ quốc", "khoa Mắt"),
    *("kỹ thuật mật mã", "độ mật của tài liệu", "giải mật tài liệu", "nuôi ong lấy mật", "bí mật công tác"),
)
"""Print that says something like a mark and is none."""

MARKS = ("MẬT", "TỐI MẬT", "TUYỆT MẬT")
OTHERS = (
    *("KHẨN", "KHẨN", "THƯỢNG KHẨN", "THƯỢNG KHẨN", "HỎA TỐC", "HỎA TỐC", "HOẢ TỐC", "HỎA TỐC HẸN GIỜ", "TỐC KHẨN"),
    *("GIẢI MẬT", "GIẢI MẬT", "BẢO MẬT", "BÍ MẬT", "BÍ MẬT KINH DOANH", "ĐỘ MẬT", "BẢN SAO", "BẢN SAO", "BẢN SAO Y"),
    *("SAO Y", "SAO LỤC", "BẢN CHÍNH", "LƯU HÀNH NỘI BỘ", "LƯU HÀNH NỘI BỘ", "DỰ THẢO", "THU HỒI", "XEM XONG TRẢ LẠI"),
    *("KHÔNG PHỔ BIẾN", "TÀI LIỆU HỘI NGHỊ", "TÀI LIỆU THU HỒI", "ĐÃ THU PHÍ", "ĐÃ KIỂM TRA", "ĐÃ THANH TOÁN", "ĐẾN"),
    *("ĐẾN", "CÔNG VĂN ĐẾN", "MẪU SỐ 1", "KHOA MẮT", "KHOA MẮT", "MẶT TRẬN", "MẶT TRẬN TỔ QUỐC", "MẶT BẰNG", "MẮT"),
    *("MẶT", "MẤT", "MÁT", "MÍT", "MỘT", "MÚT", "MỨT", "MỌT", "MỚI", "MẬU", "MẬN", "ẬT", "HẬT", "NHẬT", "LUẬT", "THẬT"),
    *("CHẬT", "KỸ THUẬT", "CHẤT LƯỢNG", "XUẤT", "ĐẤT", "TỐT NHẤT", "TỐI", "TỐI ƯU", "TỐI THIỂU", "TỐI HẬU", "TỐI MẮT"),
    *("TUYỆT", "TUYỆT ĐỐI", "HỎA", "KHÁNH HÒA", "NGÀY", "THUẬN", "LUẬT"),
)
"""What other stamps say; several times what is stamped most, and what differs from a mark by a letter or its signs."""


def happens(rng: np.random.Generator, share: float) -> bool:
    """True in this share of the cases."""
    return bool(rng.random() < share)
