"""Made-up CVR and EAN numbers that pass their check digits; the CVR numbers begin with 9, far above those in use."""

CVR_WEIGHTS = (2, 7, 6, 5, 4, 3, 2)


def made_up_cvr(index: int) -> str:
    """The `index`-th made-up CVR number, below 100,000: eight digits whose weighted sum is a multiple of 11."""
    for digit in range(10):
        prefix = f"9{index:05d}{digit}"
        check = -sum(int(figure) * weight for figure, weight in zip(prefix, CVR_WEIGHTS, strict=True)) % 11
        if check < 10:
            return f"{prefix}{check}"
    raise ValueError(f"no CVR number of index {index}")


def made_up_ean(index: int) -> str:
    """The `index`-th made-up EAN location number, below 100,000, with the Danish authorities' prefix."""
    prefix = f"5790000{index:05d}"
    weighted = sum(int(figure) * (1, 3)[place % 2] for place, figure in enumerate(prefix))
    return f"{prefix}{-weighted % 10}"
