"""The policy as it is served: who accepted it can be shown the very bytes for ever."""

import pytest

from chalicelib.identity.policy import VERSION_IN_FORCE, PolicyLocale, policy_in_force

PUBLISHED = {
    ("2026-11-23", PolicyLocale.CHINESE): (
        "3021f064efe3350e24d232f89cc7087ae37fd35687fcddb3cd29931814054b6d"
    ),
    ("2026-11-23", PolicyLocale.ENGLISH): (
        "efdf3320bc2294c86bf53f80413e3c9798a5239e9e611bf943992856ab75dc75"
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
