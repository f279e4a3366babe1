"""What a job took and about cost: one line for each photo or edit that came to its end.

From that line CloudWatch reads the metrics (`metrics.METRICS`), so it is also what alarms watch.
"""

from datetime import datetime, timedelta
from enum import StrEnum

from chalicelib.ids import EditId, PhotoId
from chalicelib.observability import EventLog
from chalicelib.photos.ports import Edited, ImageRefused, RenderedPhoto

WORKER_MEMORY_MB = 1769
"""Of process_upload and process_edit, in .chalice/config.json: one whole processor."""

PRICE_PER_GB_S = 166_667
"""$0.0000166667 in ten-billionths: x86 in us-east-1, for each begun millisecond
(aws.amazon.com/lambda/pricing, read 2026-11). Requests to Lambda, S3 and DynamoDB are not in it."""


class JobKind(StrEnum):
    UPLOAD = "upload"
    EDIT = "edit"


class JobMeter:
    """Notes what one job takes, from its claim on; a try that failed by our fault is never told."""

    def __init__(self, kind: JobKind, started_at: datetime) -> None:
        self._kind = kind
        self._started_at = started_at
        self._cpu_ms = 0
        self._peak_mb = 0
        self._bytes_in = 0

    def fetched(self, size_bytes: int) -> None:
        """Note a file that was read from the store."""
        self._bytes_in += size_bytes

    def note(self, work: RenderedPhoto | Edited | ImageRefused) -> None:
        """Note what decoding, and whatever followed in its process, took; even in vain."""
        self._cpu_ms += work.cpu_ms
        self._peak_mb = max(self._peak_mb, work.peak_mb)

    def record(
        self,
        log: EventLog,
        ended_at: datetime,
        *,
        photo_id: PhotoId,
        edit_id: EditId | None = None,
        reason: str | None,
        bytes_out: int,
    ) -> None:
        """Write the line; `reason` is that of a refusal."""
        duration_ms = -(-(ended_at - self._started_at) // timedelta(milliseconds=1))
        log.record(
            "job_ended",
            kind=self._kind,
            photo_id=photo_id,
            edit_id=edit_id,
            reason=reason,
            duration_ms=duration_ms,
            cpu_ms=self._cpu_ms,
            # Nothing was decoded: a peak of nothing would only draw the percentiles down.
            peak_mb=self._peak_mb or None,
            bytes_in=self._bytes_in,
            bytes_out=bytes_out,
            cost_nanousd=cost_nanousd(duration_ms),
        )


def cost_nanousd(duration_ms: int) -> int:
    """Estimate what a worker's time costs, in billionths of a dollar."""
    return WORKER_MEMORY_MB * duration_ms * PRICE_PER_GB_S // (1024 * 1000 * 10)
