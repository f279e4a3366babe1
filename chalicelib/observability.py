"""What may be said of a run: one JSON line for each outcome, made of listed fields only (SE.4,
SE.1c).

A log is kept for a year and outlives the account, so no field can hold a person: users appear by
their pseudonym (`pseudonyms.py`), and a field that is not listed below cannot be written at all.
The line of a counted event is its metric too: CloudWatch reads that out of it (embedded metric
format).
"""

from collections.abc import Callable
from enum import StrEnum
from typing import Any, Protocol

from chalicelib.metrics import METRICS, NAMESPACE, STAGE, Metric

LOG_FIELDS = frozenset(
    {
        "age_s",
        "attempt",
        "bytes_in",
        "bytes_out",
        "cost_nanousd",
        "count",
        "cpu_ms",
        "duration_ms",
        "edit_id",
        "error",
        "is_new",
        "kind",
        "limit",
        "location",
        "log_group",
        "method",
        "objects",
        "order_id",
        "peak_mb",
        "photo_id",
        "provider",
        "reason",
        "request_id",
        "route",
        "size_bytes",
        "status",
        "user",
    }
)
"""Every field a line may have beside its name, level, time and the function's own identity."""


class Level(StrEnum):
    INFO = "INFO"
    WARNING = "WARNING"
    ERROR = "ERROR"


class FieldNotListed(Exception):
    """A line was to hold a field that is not in LOG_FIELDS; names the field, never its value."""


class EventLog(Protocol):
    def record(
        self, event: str, *, level: Level = Level.INFO, **fields: str | int | bool | None
    ) -> None:
        """Write one line: what happened, in the past tense, and the listed fields.

        Raises:
            FieldNotListed: a programming error, found by the first test that runs the line.
        """
        ...


def listed(fields: dict[str, Any]) -> dict[str, Any]:
    """Return the fields that are set; refuse any that is not listed."""
    unknown = fields.keys() - LOG_FIELDS
    if unknown:
        raise FieldNotListed(", ".join(sorted(unknown)))
    return {name: value for name, value in fields.items() if value is not None}


def counted(metric: Metric, fields: dict[str, Any], stage: str) -> dict[str, Any]:
    """Add to a line's fields what makes CloudWatch count it: once for the stage, and once more for
    the value that splits the metric.

    The form is Powertools', but for the line of its own: the event's line is there anyway.
    """
    from aws_lambda_powertools.metrics.provider.cloudwatch_emf.cloudwatch import (
        AmazonCloudWatchEMFProvider,
    )

    form = AmazonCloudWatchEMFProvider(namespace=NAMESPACE, default_dimensions={STAGE: stage})
    if metric.by in fields:
        form.add_dimensions(**{metric.by: str(fields[metric.by])})
    value = fields.get(metric.of, 0) if metric.of else 1
    counts = {metric.name: {"Unit": metric.unit, "Value": value}}
    counts |= {
        one.name: {"Unit": one.unit, "Value": fields[one.of]}
        for one in metric.also
        if one.of in fields
    }
    return {**fields, **form.serialize_metric_set(counts, {STAGE: stage})}


class JsonLog:
    """Lines through the Powertools Logger, with the correlation id of the present invocation."""

    def __init__(self, stage: str) -> None:
        from aws_lambda_powertools import Logger

        self._stage = stage
        # Uncaught exceptions stay out: their text may hold what a user sent; `where` tells the
        # place.
        self._logger = Logger(
            log_uncaught_exceptions=False, location=None, use_rfc3339=True, utc=True
        )

    def record(
        self, event: str, *, level: Level = Level.INFO, **fields: str | int | bool | None
    ) -> None:
        extra = listed(dict(fields))
        if event in METRICS:
            extra = counted(METRICS[event], extra, self._stage)
        match level:
            case Level.INFO:
                self._logger.info(event, **extra)
            case Level.WARNING:
                self._logger.warning(event, **extra)
            case Level.ERROR:
                self._logger.error(event, **extra)

    def begin(self, correlation_id: str) -> None:
        """Start an invocation: every line until the next one carries this id."""
        self._logger.set_correlation_id(correlation_id)


def where(error: BaseException) -> str:
    """Say where an unexpected error came from: type and code lines, never its text or arguments.

    An exception's text may hold what a user sent or what a provider answered.
    """
    import traceback

    frames = traceback.extract_tb(error.__traceback__)
    own = [
        frame for frame in frames if "chalicelib" in frame.filename or "app.py" in frame.filename
    ]
    return " < ".join(
        f"{frame.filename.rpartition('/')[2]}:{frame.lineno}:{frame.name}"
        for frame in reversed(own[-5:] or frames[-1:])
    )


class LoggingServices(Protocol):
    @property
    def log(self) -> JsonLog: ...


def begin_invocation(services: Callable[[], LoggingServices]) -> Callable[[Any, Any], Any]:
    """Make the middleware that ties every line of an invocation to its request id."""

    def begin(event: Any, get_response: Callable[[Any], Any]) -> Any:
        context = getattr(event, "lambda_context", None) or getattr(event, "context", None)
        services().log.begin(getattr(context, "aws_request_id", "unknown"))
        return get_response(event)

    return begin
