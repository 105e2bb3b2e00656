"""The shape of a Vietnamese syllable."""

from __future__ import annotations

import re
from functools import lru_cache

_SYLLABLE = re.compile(
    r"(?:ngh|ng|nh|gh|gi|kh|ch|ph|qu|th|tr|[bcdghklmnpqrstvx])?"
    r"(?:uye|uya|uyu|oai|oay|oeo|uay|uoi|ieu|yeu|uou|ia|ie|iu|ya|ye|ua|uo|ue|uy|ui|uu|oa|oe|oi|oo|ai|ao|au|ay|eo|eu|[aeiouy])"
    r"(?:ch|ng|nh|[cmnpt])?"
)


@lru_cache(maxsize=8192)
def is_syllable(word: str) -> bool:
    """Return whether the folded word can be Vietnamese; "asdf" and "google" cannot."""
    return _SYLLABLE.fullmatch(word) is not None
