"""What a million photos of 12 megapixels cost, ours and a tutorial's way, from measured CPU time.

A function of 512 MB has 512/1769 of a processor, taken as fast as this one. Prices are list prices
of us-east-1 without free tiers, known in November 2026 from copies of the pages /lambda/pricing,
/s3/pricing, /dynamodb/pricing/on-demand and /sqs/pricing of aws.amazon.com, where to look again
before relying on them. Storage, traffic and the API are not in it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.drawing import draw_photo
from bench.figures import Figure
from bench.racing import race

FUNCTION_MB = 512
WHOLE_PROCESSOR_MB = 1769
"""docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html."""

USD_PER_GB_S = {"x86": 0.0000166667, "arm64": 0.0000133334}
USD_PER_MILLION_RUNS = 0.20
USD_PER_MILLION_S3_WRITES = 5.00
USD_PER_MILLION_S3_READS = 0.40
USD_PER_MILLION_TABLE_WRITES = 0.625
USD_PER_MILLION_QUEUE_CALLS = 0.40

WAITING_S = 0.25
"""For S3 and DynamoDB, taken to be the same for both."""


@dataclass(frozen=True, slots=True)
class Calls:
    """What one photo asks of AWS, from its grant to its renditions.

    Attributes:
        table_writes: write units: two for each row of a transaction, one for each index entry.
    """

    s3_writes: int
    s3_reads: int
    table_writes: int
    queue_calls: int

    @property
    def usd_per_million(self) -> float:
        return (
            USD_PER_MILLION_RUNS
            + self.s3_writes * USD_PER_MILLION_S3_WRITES
            + self.s3_reads * USD_PER_MILLION_S3_READS
            + self.table_writes * USD_PER_MILLION_TABLE_WRITES
            + self.queue_calls * USD_PER_MILLION_QUEUE_CALLS
        )


CALLS = {
    # Upload and three renditions; a grant of three rows, claim, commit and note, and what of them
    # the index of due photos shows; S3's message, its receipt and its deletion.
    "ifotor": Calls(s3_writes=4, s3_reads=1, table_writes=14, queue_calls=3),
    # S3 starts the function, which writes one row when it is done.
    "naive": Calls(s3_writes=4, s3_reads=1, table_writes=1, queue_calls=0),
}

_ROUNDS, _REPEATS = 3, 4


def measure(photos: Sequence[Path]) -> list[Figure]:
    """Measure both on the first photo, or on a drawn one, and count what that comes to."""
    with TemporaryDirectory() as folder:
        drawn = Path(folder) / "drawn_12mp.jpg"
        drawn.write_bytes(draw_photo(4032, 3024, orientation=6, display_p3=True, gps=True))
        photo = photos[0] if photos else drawn
        cpu_ms = race(photo, tuple(CALLS), rounds=_ROUNDS, repeats=_REPEATS)
    figures = []
    for name, ms in cpu_ms.items():
        seconds = duration_s(ms / 1000)
        requests = CALLS[name].usd_per_million
        figures += [
            Figure(f"cost/{name}/duration_at_{FUNCTION_MB}_mb", round(seconds, 2), "s"),
            Figure(f"cost/{name}/requests_per_million", round(requests, 2), "USD"),
        ]
        for processor in USD_PER_GB_S:
            running = running_usd_per_million(seconds, processor)
            figures += [
                Figure(f"cost/{name}/{processor}/running_per_million", round(running, 2), "USD"),
                Figure(f"cost/{name}/{processor}/per_million", round(running + requests, 2), "USD"),
            ]
    return figures


def duration_s(cpu_s: float) -> float:
    """Return how long the function runs for one photo: its share of a processor, and waiting."""
    return cpu_s * WHOLE_PROCESSOR_MB / FUNCTION_MB + WAITING_S


def running_usd_per_million(seconds: float, processor: str) -> float:
    """Price the time of a million photos."""
    return 1_000_000 * seconds * FUNCTION_MB / 1024 * USD_PER_GB_S[processor]
