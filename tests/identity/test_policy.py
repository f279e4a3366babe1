"""The policy as it is served: who accepted it can be shown the very bytes for ever."""

import pytest

from chalicelib.identity.policy import VERSION_IN_FORCE, PolicyLocale, policy_in_force

PUBLISHED = {
    ("2026-11-23", PolicyLocale.CHINESE): (
        "e45d7bd062346bd5e4dffe3e9e36b0d8ff29b98dbff577b85d775de5a8cc7e37"
    ),
    ("2026-11-23", PolicyLocale.ENGLISH): (
        "875c5cf5d4e95e77e189896a7a3aeccbe5a2a71e0c28417e7dd76f9fac912598"
    ),
}
"""Version and locale → SHA-256. Entries are only ever added: an edited text is a new version."""


def test_every_language_has_the_version_in_force() -> None:
    assert {(VERSION_IN_FORCE, locale) for locale in PolicyLocale} <= PUBLISHED.keys()


@pytest.mark.parametrize("locale", PolicyLocale)
def test_text_in_force_is_the_one_that_was_published(locale: PolicyLocale) -> None:
    policy = policy_in_force(locale)

    assert policy.sha256 == PUBLISHED[policy.version, locale]


def test_languages_say_the_same_number_of_things() -> None:
    lengths = {len(policy_in_force(locale).text.splitlines()) for locale in PolicyLocale}

    assert len(lengths) == 1
