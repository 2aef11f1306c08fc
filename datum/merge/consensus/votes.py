"""Votes on labels, attributes and scores.

The value with the most votes wins; of several, the one whose voters are surer of themselves, then the
first in the order of the alphabet: never the order of the annotators.
"""

import json
import math
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from datum.model import Annotation, AttributeValue

__all__ = ["Vote", "confidence", "score_of", "vote", "vote_attributes"]


class Vote(msgspec.Struct, frozen=True, kw_only=True):
    """What was voted for, and how often."""

    winner: Any
    count: int
    votes: dict[str, int]
    """By value, most votes first."""


def vote(ballots: Sequence[tuple[str, Any, float]]) -> Vote:
    """Count ballots of (name of the value, value, score of who gives it)."""
    name, value, _ = ballots[0]
    if all(one[0] == name for one in ballots):
        return Vote(winner=value, count=len(ballots), votes={name: len(ballots)})
    counts: dict[str, int] = {}
    scores: dict[str, list[float]] = {}
    values: dict[str, Any] = {}
    for name, value, score in ballots:
        counts[name] = counts.get(name, 0) + 1
        scores.setdefault(name, []).append(score)
        values.setdefault(name, value)
    ranked = sorted(counts, key=lambda name: (-counts[name], -math.fsum(scores[name]), name))
    return Vote(
        winner=values[ranked[0]],
        count=counts[ranked[0]],
        votes={name: counts[name] for name in ranked},
    )


def vote_attributes(
    voters: Sequence[tuple[Mapping[str, AttributeValue], float]], quorum: int
) -> tuple[dict[str, AttributeValue], list[tuple[str, dict[str, int]]]]:
    """The attributes that enough voters agree about, and (name, votes) of those that failed.

    Who does not say anything of an attribute does not vote on it.

    Args:
        voters: Attributes and score of each.
        quorum: Votes that a value needs.
    """
    agreed: dict[str, AttributeValue] = {}
    failed: list[tuple[str, dict[str, int]]] = []
    for name in dict.fromkeys(name for attributes, _ in voters for name in attributes):
        ballots = [
            (_spelled(attributes[name]), attributes[name], score)
            for attributes, score in voters
            if name in attributes
        ]
        result = vote(ballots)
        if result.count >= quorum:
            agreed[name] = result.winner
        else:
            failed.append((name, result.votes))
    return agreed, failed


_json = json.JSONEncoder(ensure_ascii=False, sort_keys=True).encode


def _spelled(value: AttributeValue) -> str:
    """The value as JSON, the same for equal values and no others: 1 is not 1.0 or true."""
    if isinstance(value, bool):  # most attributes are flags
        return "true" if value else "false"
    return _json(value)


def score_of(annotation: Annotation) -> float:
    """How sure the annotator is: 1 where nothing is said, or no number."""
    score = annotation.score
    return 1.0 if score is None or not math.isfinite(score) else score


def confidence(
    winners: Sequence[Annotation], voters: int, overlaps: Sequence[float]
) -> float | None:
    """The score of what was agreed: the mean score of all voters, times the mean overlap.

    None where nobody gave a score and all agree entirely, so that nothing is made up.

    Args:
        winners: The annotations that say what was agreed.
        voters: How many had a vote; who did not say it scores 0.
        overlaps: Of the annotation that was chosen with each other one.
    """
    scores = [score_of(one) for one in winners] + [0.0] * (voters - len(winners))
    found = _mean(scores) * _mean(overlaps or [1.0])
    if found == 1 and all(one.score is None for one in winners):
        return None
    return found


def _mean(numbers: Sequence[float]) -> float:
    """The mean, which of equal numbers is that number to the last bit."""
    least = min(numbers)
    return least + math.fsum(number - least for number in numbers) / len(numbers)
