import unicodedata

import pytest
from argon2 import PasswordHasher

from pipeline import passwords
from pipeline.errors import UsageError

GOOD = "Nắng vàng trên đồi chè"


def test_a_password_is_known_again_and_another_is_not() -> None:
    kept = passwords.hash_password(GOOD)
    assert GOOD not in kept
    assert kept.startswith("$argon2id$")
    assert passwords.verify_password(kept, GOOD) == passwords.Verified(is_right=True)
    assert passwords.verify_password(kept, GOOD.lower()) == passwords.Verified(is_right=False)


def test_both_ways_of_writing_vietnamese_letters_are_one_password() -> None:
    decomposed = unicodedata.normalize("NFD", GOOD)
    assert decomposed != GOOD
    assert passwords.verify_password(passwords.hash_password(GOOD), decomposed).is_right


def test_the_same_password_is_hashed_differently_each_time() -> None:
    assert passwords.hash_password(GOOD) != passwords.hash_password(GOOD)


def test_a_hash_of_weaker_parameters_is_to_be_made_anew() -> None:
    weak = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(GOOD)
    assert passwords.verify_password(weak, GOOD) == passwords.Verified(is_right=True, needs_rehash=True)


@pytest.mark.parametrize("damaged", ["", "plain text", "$argon2id$v=19$m=65536,t=3,p=4$short"])
def test_what_is_no_hash_fits_no_password(damaged: str) -> None:
    assert not passwords.verify_password(damaged, damaged).is_right


@pytest.mark.parametrize(
    ("password", "reason"),
    [
        ("ngắn quá", "ít nhất 12 ký tự"),
        ("a" * 11, "ít nhất 12 ký tự"),
        ("x" * 201, "dài quá 200 ký tự"),
        ("abababababab", "ký tự khác nhau"),
        ("xin chao NGUYEN.VAN.AN nhé", "mã người dùng"),
    ],
)
def test_a_weak_password_is_refused_with_what_to_do(password: str, reason: str) -> None:
    with pytest.raises(UsageError, match=reason):
        passwords.require_good_password(password, person="nguyen.van.an")


def test_a_good_password_is_taken() -> None:
    passwords.require_good_password(GOOD, person="nguyen.van.an")
    passwords.require_good_password("an toàn là trên hết", person="an")


def test_length_is_counted_in_letters_as_they_are_read() -> None:
    with pytest.raises(UsageError, match="ít nhất 12"):
        passwords.require_good_password(unicodedata.normalize("NFD", "ếộữằẩ"), person="p")


def test_secrets_are_random_and_their_hashes_tell_nothing() -> None:
    one, other = passwords.new_secret(), passwords.new_secret()
    assert one != other
    assert len(one) >= 43
    assert passwords.secret_hash(one) == passwords.secret_hash(one)
    assert passwords.secret_hash(one) != passwords.secret_hash(other)
    assert one not in passwords.secret_hash(one)
