from bench.figures import Figure


def test_a_target_is_met_from_its_better_side() -> None:
    assert Figure("cpu", 0.75, "x", target=0.75).is_met
    assert not Figure("cpu", 0.76, "x", target=0.75).is_met
    assert Figure("ssim", 0.95, "", target=0.94, better="higher").is_met
    assert not Figure("ssim", 0.93, "", target=0.94, better="higher").is_met


def test_a_figure_without_a_target_only_informs() -> None:
    assert Figure("cpu", 9_000, "ms").is_met
