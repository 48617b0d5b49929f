import pytest

from pipeline.common_passwords import is_common
from pipeline.errors import UsageError
from pipeline.passwords import MIN_LENGTH, require_good_password

COMMON = [
    "matkhau123456",
    "Matkhau@2024!",
    "M@tKh4u123456",
    "mật khẩu 123456",
    "password1234",
    "P@ssw0rd2025",
    "123456789012",
    "qwertyuiop123",
    "1qaz2wsx3edc",
    "asdfghjkl;'12",
    "zxcvbnm,./123",
    "abcdefghijkl",
    "lkjhgfdsa123",
    "anhyeuem1314520",
    "vietnamvietnam",
    "ĐảngBộ!2030.07",
    "dangcongsanvietnam",
    "Độc lập Tự do Hạnh phúc",
    "admin@12345678",
    "1234qwer!@#$",
    "vankho-vankho-vankho",
    "20/11/1975-2025",
]

GOOD = [
    "Nắng vàng trên đồi chè",
    "cây cầu mưa tím chậm",
    "matkhau cua ba ngoai toi",
    "Tr0ng-mu4-g4t-d3n",
    "x9#kLpq2Vz!m",
]


@pytest.mark.parametrize("password", COMMON)
def test_what_is_guessed_first_is_refused(password: str) -> None:
    assert is_common(password)
    assert len(password) >= MIN_LENGTH
    with pytest.raises(UsageError, match="đoán"):
        require_good_password(password, person="nguoi-khac")


@pytest.mark.parametrize("password", GOOD)
def test_several_words_are_not(password: str) -> None:
    assert not is_common(password)
    require_good_password(password, person="nguoi-khac")
