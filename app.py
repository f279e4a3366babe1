"""ifotor on AWS Lambda: the table of contents.

HTTP routes live with their capability. Every queue, schedule and command function stands here,
because Lambda imports a function of a Blueprint without this file, and so without its middleware.
"""

from datetime import timedelta
from typing import Any

from chalice.app import Chalice, Cron, Rate

from chalicelib.container import services
from chalicelib.health.routes import routes as health_routes
from chalicelib.identity.number_routes import routes as number_routes
from chalicelib.identity.provider_routes import routes as provider_routes
from chalicelib.identity.routes import routes as identity_routes
from chalicelib.observability import begin_invocation
from chalicelib.payments.routes import routes as payments_routes
from chalicelib.payments.staff_routes import routes as payments_staff_routes
from chalicelib.photos.edits.routes import routes as edits_routes
from chalicelib.photos.holds.staff_routes import routes as holds_routes
from chalicelib.photos.keeping.routes import routes as keeping_routes
from chalicelib.photos.routes import routes as photos_routes
from chalicelib.privacy.routes import routes as privacy_routes
from chalicelib.problems import render_framework_errors
from chalicelib.retention import schedule
from chalicelib.staff.routes import routes as staff_routes

app = Chalice(app_name="ifotor", configure_logs=False)
app.api.binary_types = []

app.register_middleware(begin_invocation(services), "all")
app.register_middleware(render_framework_errors, "http")

app.register_blueprint(health_routes, url_prefix="/v1")
app.register_blueprint(identity_routes, url_prefix="/v1")
app.register_blueprint(number_routes, url_prefix="/v1")
app.register_blueprint(payments_routes, url_prefix="/v1")
app.register_blueprint(provider_routes, url_prefix="/v1")
app.register_blueprint(photos_routes, url_prefix="/v1")
app.register_blueprint(edits_routes, url_prefix="/v1")
app.register_blueprint(privacy_routes, url_prefix="/v1")
app.register_blueprint(keeping_routes, url_prefix="/v1")
app.register_blueprint(holds_routes, url_prefix="/v1")
app.register_blueprint(staff_routes, url_prefix="/v1")
app.register_blueprint(payments_staff_routes, url_prefix="/v1")

SWEEP_RESERVE = timedelta(seconds=30)
"""Left of a sweep's time when it stops taking photos: one deletion with every retry fits into it.
"""

CHECK_RESERVE = timedelta(seconds=60)
"""Left of a check's time when it stops asking: one question with every retry fits into it."""


@app.on_sqs_message(queue="uploads", batch_size=1)
def process_upload(event: Any) -> Any:
    remaining = timedelta(milliseconds=event.context.get_remaining_time_in_millis())
    return services().uploads.process_uploads(event.to_dict(), within=remaining)


@app.on_sqs_message(queue="uploads-dead-letter", batch_size=1)
def fail_upload(event: Any) -> Any:
    return services().uploads.give_up_uploads(event.to_dict())


@app.on_sqs_message(queue="edits", batch_size=1)
def process_edit(event: Any) -> Any:
    remaining = timedelta(milliseconds=event.context.get_remaining_time_in_millis())
    return services().edits.worker.process_edits(event.to_dict(), within=remaining)


@app.on_sqs_message(queue="edits-dead-letter", batch_size=1)
def fail_edit(event: Any) -> Any:
    return services().edits.worker.give_up_edits(event.to_dict())


@app.schedule(Rate(schedule.SWEEP_EVERY // schedule.MINUTE, unit=Rate.MINUTES))
def expire_photos(event: Any) -> None:
    remaining = timedelta(milliseconds=event.context.get_remaining_time_in_millis())
    services().retention.expiry.expire_photos(within=remaining - SWEEP_RESERVE)


@app.on_sqs_message(queue="shards", batch_size=1)
def expire_shards(event: Any) -> Any:
    remaining = timedelta(milliseconds=event.context.get_remaining_time_in_millis())
    return services().retention.expiry.expire_shards(
        event.to_dict(), within=remaining - SWEEP_RESERVE
    )


@app.schedule(Rate(schedule.CLEAR_EVERY // schedule.MINUTE, unit=Rate.MINUTES))
def clear_originals(event: Any) -> None:
    remaining = timedelta(milliseconds=event.context.get_remaining_time_in_millis())
    services().retention.originals.clear_originals(within=remaining - SWEEP_RESERVE)


@app.schedule(Rate(schedule.TELL_EVERY // schedule.HOUR, unit=Rate.HOURS))
def tell_owners(event: Any) -> None:
    remaining = timedelta(milliseconds=event.context.get_remaining_time_in_millis())
    services().retention.leaving.tell_owners(within=remaining - SWEEP_RESERVE)


@app.schedule(Rate(schedule.AUDIT_EVERY // schedule.DAY, unit=Rate.DAYS))
def audit_logs(event: Any) -> None:
    services().retention.log_audit.audit_logs()


@app.schedule(Rate(5, unit=Rate.MINUTES))
def check_payments(event: Any) -> None:
    remaining = timedelta(milliseconds=event.context.get_remaining_time_in_millis())
    services().payments.expiry.tell_days_left()
    services().payments.checking.check_payments(within=remaining - CHECK_RESERVE)


@app.schedule(Cron(30, "1-15", "*", "*", "?", "*"))
def reconcile_bills(event: Any) -> None:
    remaining = timedelta(milliseconds=event.context.get_remaining_time_in_millis())
    services().payments.reconciling.reconcile(within=remaining - CHECK_RESERVE)
