"""What is left of a value after an expression: itself, something made of it, a pseudonym, or nothing of a person."""

from typing import Final

from sqlglot import exp

from mesh_platform.policies.sql.trace import How

_COUNTED: Final = (
    exp.Count, exp.CountIf, exp.ApproxDistinct, exp.Sum, exp.Avg, exp.Stddev, exp.StddevPop, exp.StddevSamp,
    exp.Variance, exp.VariancePop, exp.Corr, exp.CovarPop, exp.CovarSamp, exp.LogicalAnd, exp.LogicalOr,
    exp.RowNumber, exp.Length, exp.BitLength, exp.ByteLength, exp.StrPosition, exp.Levenshtein,
    exp.Rank, exp.DenseRank, exp.Ntile, exp.PercentRank, exp.CumeDist,
)  # fmt: skip
"""What leaves a number of values, and none of them."""
_GUESSED: Final = frozenset(
    {
        "md5", "md5_digest", "md5_number", "sha", "sha1", "hash", "farm_fingerprint", "xxhash64", "crc32", "fnv_hash",
        "murmurhash3_32", "generate_surrogate_key", "surrogate_key",
    }
)  # fmt: skip
"""Hashes that everybody can make of every value there is."""
_COMPARED: Final = (exp.Predicate, exp.Connector, exp.Not, exp.RegexpLike, exp.StartsWith, exp.EndsWith, exp.Contains)


def how_of(node: exp.Expr, declassifiers: frozenset[str]) -> How:
    """What an expression makes of what it is made from."""
    if isinstance(node, (*_COUNTED, *_COMPARED)):
        return How.ENDED
    names = _called(node)
    if names & declassifiers:
        return How.ENDED
    return How.PSEUDONYM if names & _GUESSED else How.DERIVED


def _called(node: exp.Expr) -> frozenset[str]:
    """The names a function goes by, the number of its bits in them."""
    if isinstance(node, exp.Anonymous):
        return frozenset({str(node.this).lower()})
    if isinstance(node, exp.SHA2 | exp.SHA2Digest):
        length = node.args.get("length")
        return frozenset({f"sha{length.name if length else 256}"})
    if isinstance(node, exp.Func):
        return frozenset(n.lower() for n in type(node).sql_names())
    return frozenset()
