"""What every engine says of an index that cannot be used now, in the same words."""

MISSING = "Không thấy chỉ mục tìm kiếm. Hãy chạy `vankho reindex` để dựng lại từ danh mục."
OTHER_SCHEMA = "Chỉ mục tìm kiếm không dùng được với phiên bản phần mềm này. Hãy chạy `vankho reindex`."
BUSY = "Chỉ mục đang được ghi bởi một tiến trình khác. Hãy thử lại sau."
REBUILDING = "Chỉ mục đang được dựng lại bởi một tiến trình khác. Hãy thử lại sau."
