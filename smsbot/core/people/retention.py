"""How long what is kept of people is kept.

Defaults, for a clinic's lawyer to confirm; the clinic's file may change them. A subscriber of whom nothing was heard for 24 months
subscribes no more (the French authority CNIL: three years after the last contact at most). A consent and its end can be proved
for five years after the end: beyond the four years within which claims under the United States' telephone law can be brought,
and the three for which copies of advertisements are kept in Quebec. After that the entry stays in the chain, which no entry can leave
without breaking it, and what identifies the person is dropped from it: the coded mark, the ids of messages, the reference, who
wrote it down, the address on the internet. The coded mark of somebody who opted out stays outside the ledger while the service
runs, since it is what keeps them from being written to.

Entries of the first version stay whole: their hash is taken over the mark itself.
"""

from dataclasses import dataclass
from datetime import timedelta

MONTH = timedelta(days=365.25 / 12)
YEAR = timedelta(days=366)  # not a day less than a year is meant
EVERY = timedelta(hours=1)  # how often it is looked for what has had its time
AT_ONCE = 10  # people looked after in one round


@dataclass(frozen=True, slots=True)
class Retention:
    """`inactive`: how long after their latest word a subscriber subscribes; `proof`: how long after its end a consent is provable."""

    inactive: timedelta = 24 * MONTH
    proof: timedelta = 5 * YEAR


USUAL = Retention()


def retention(inactive_months: int, proof_years: int) -> Retention:
    """What a clinic's file says."""
    return Retention(inactive_months * MONTH, proof_years * YEAR)
