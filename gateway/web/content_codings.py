"""Which encodings of a response a client accepts (RFC 9110, section 12.5.3)."""

from functools import lru_cache


@lru_cache(maxsize=100)
def accepted_codings(header: str) -> frozenset[str]:
    """The codings that an Accept-Encoding header names with a weight above 0."""
    return frozenset(name for name, weight in coding_weights(header) if weight > 0)


@lru_cache(maxsize=100)
def coding_weights(header: str) -> tuple[tuple[str, float], ...]:
    """The codings that an Accept-Encoding header names, each with its weight; what is no number counts as 0."""
    weights = []
    for each in header.lower().split(","):
        name, _, weight = each.replace(" ", "").replace("\t", "").partition(";q=")
        weights.append((name, _number(weight or "1")))
    return tuple(weights)


def best_coding(header: str, available: tuple[str, ...]) -> str | None:
    """The coding of `available`, best first, that the header gives the greatest weight. None: not encoded."""
    weights = dict(coding_weights(header))

    def weight_of(coding: str) -> float:
        return weights.get(coding, weights.get("*", 0.0))

    best = max(available, key=weight_of, default="identity")
    return best if weight_of(best) > 0 and weight_of(best) >= weight_of("identity") and best != "identity" else None


def _number(weight: str) -> float:
    try:
        return min(max(float(weight), 0.0), 1.0)
    except ValueError:
        return 0.0
