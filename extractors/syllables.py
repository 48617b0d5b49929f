"""What can be a written Vietnamese syllable, by the rules of the spelling: onset, rhyme, tone. No word list.

Says whether the words of a text look Vietnamese at all (`extractors.text_layer`); that a syllable is possible does not
mean that it is a word.
"""

import re
from functools import lru_cache

from pipeline.text import canonical_tone, clean

_BACK_RHYMES = (
    "a ai ao au ay ac ach am an ang anh ap at ăc ăm ăn ăng ăp ăt âu ây âc âm ân âng âp ât "
    "o oi oc om on ong op ot oong ooc oa oai oao oay oac oach oam oan oang oanh oap oat oăc oăm oăn oăng oăp oăt "
    "oe oeo oen oet ô ôi ôc ôm ôn ông ôp ôt ơ ơi ơm ơn ơp ơt u ua ui uc um un ung up ut uân uâng uât uây "
    "uê uêch uênh uơ uy uya uych uynh uyt uyu uyp uyên uyêt uôi uôc uôm uôn uông uôt "
    "ư ưa ưi ưu ưc ưm ưng ưt ươi ươu ươc ươm ươn ương ươp ươt"
)
_FRONT_RHYMES = (
    "e eo ec em en eng ep et ê êu êch êm ên ênh êp êt i ia iu ich im in inh ip it iêu iêc iêm iên iêng iêp iêt y"
)
_AFTER_QU = (
    "a ai ao au ay ac ach am an ang anh ap at ăc ăm ăn ăng ăp ăt âc ân âng âp ât ây e en eo et ê ên êch ênh êt "
    "i it y ych ynh yt yên yêt ơ ôc"
)
_ALONE = "y yêu yên yêm yêng yêt"


def _any(words: str) -> str:
    return "|".join(sorted(words.split(), key=len, reverse=True))


_SYLLABLE = re.compile(
    rf"(?:(?:b|ch|d|đ|gi|h|kh|l|m|n|nh|p|ph|r|s|t|th|tr|v|x)?(?:{_any(_BACK_RHYMES)}|{_any(_FRONT_RHYMES)})"
    rf"|(?:c|g|ng)(?:{_any(_BACK_RHYMES)})"
    rf"|(?:k|gh|ngh)(?:{_any(_FRONT_RHYMES)})"
    rf"|g(?:i|in|iêng|iêt)|qu(?:{_any(_AFTER_QU)})|{_any(_ALONE)})"
)
_TONES = "\u0300\u0301\u0303\u0309\u0323"
_STOPPED = ("p", "t", "c", "ch")
_STOPPED_TONES = "\u0301\u0323"
"""A syllable that ends in a stop has one of these tones: sắc, nặng."""


@lru_cache(maxsize=1 << 14)
def is_syllable(word: str) -> bool:
    """Whether a word, in any case, is spelled as a Vietnamese syllable can be. Without its tone it may be one too."""
    written = canonical_tone(clean(word).lower())
    base, tone = (written[:-1], written[-1]) if written[-1:] in _TONES else (written, "")
    if not _SYLLABLE.fullmatch(base):
        return False
    return not (tone and base.endswith(_STOPPED)) or tone in _STOPPED_TONES
