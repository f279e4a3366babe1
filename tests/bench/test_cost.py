import pytest

from bench.cost import CALLS, USD_PER_GB_S, duration_s, running_usd_per_million


def test_half_a_gigabyte_for_a_second_costs_what_the_price_list_says() -> None:
    assert running_usd_per_million(1, "x86") == pytest.approx(8.33, abs=0.01)
    assert running_usd_per_million(1, "arm64") == pytest.approx(6.67, abs=0.01)
    assert USD_PER_GB_S.keys() == {"x86", "arm64"}


def test_a_function_of_512_mb_has_less_than_a_third_of_a_processor() -> None:
    assert duration_s(0.1) - duration_s(0) == pytest.approx(0.3455, abs=0.001)


def test_the_safe_way_makes_more_calls_and_says_so() -> None:
    assert CALLS["ifotor"].usd_per_million > CALLS["naive"].usd_per_million > 20
