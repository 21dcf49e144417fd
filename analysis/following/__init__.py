"""A pre-read that follows its record: corrected words, reassigned speakers, renamed and merged people.

``names`` shows the current names and stores nothing; ``quotes`` makes the next version after a transcript was
corrected. Neither touches a word that a person wrote.
"""

from analysis.following.names import Names, follow_names, follow_names_in_answer
from analysis.following.quotes import (
    follow_quotes,
    follow_quotes_in_answer,
    reads_the_same,
    recheck,
    renumber,
)

__all__ = [
    "Names",
    "follow_names",
    "follow_names_in_answer",
    "follow_quotes",
    "follow_quotes_in_answer",
    "reads_the_same",
    "recheck",
    "renumber",
]
