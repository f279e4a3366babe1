"""The retention schedule: how long each class of data is kept, why, and who ends it (ST.0).

The one place where a period is written. Code takes its times to live and its sweeps from here,
`infra/` its lifecycle rules, its queues and its logs; docs/retention.md is printed from it.
`tests/retention` compares it with every row, bucket, queue and log group that there is.
"""

from collections.abc import Mapping
from datetime import timedelta

from chalicelib.retention.rules import CLOUDWATCH_DAYS, EndedBy, Months, Rule

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)

SIX_MONTHS = Months(6)
CHOSEN_MONTHS = Months(24)
LONGEST_SIX_MONTHS = timedelta(days=184)
"""From March, May, July, August, October or December, counted in days; the shortest have 181."""
TTL_SLACK = timedelta(days=7)
"""DynamoDB's time to live comes this much after the sweeper, so that it can never be early."""
GUEST_MARGIN = timedelta(hours=1)
"""A guest's rows and objects are destroyed this much after its end. Until then a request, an upload
form (ten minutes) or a clock that is behind may still write; afterwards nothing can.
"""
SWEEP_EVERY = timedelta(minutes=15)
"""How often the sweeper looks for what is due; reads treat it as gone at once (FD.4)."""
TELL_EVERY = timedelta(hours=1)
"""How often owners of photos that leave soon are looked for (FD.4)."""
CLEAR_EVERY = timedelta(minutes=5)
"""How often originals that stayed behind are looked for (FD.1)."""
AUDIT_EVERY = timedelta(days=1)
"""How often the log groups are compared with LOGS."""

BY_DAY = "yesterday's is never read"
READS = "reads take it for gone at once"

# Photos

ORIGINALS = Rule(
    *("uploaded originals", "OriginalsBucket", "the upload"),
    "until the photo is ready, rejected or failed: seconds",
    "FD.1",
    ended_by=EndedBy.WORKER,
    backstop="`clear_originals`, every five minutes; lifecycle",
)
AWAITED = Rule(
    "photos whose upload never came; a backlog of the queue must fit into it",
    *("PhotosTable/photo", "the permission to upload"),
    1 * DAY,
    "FD.1, ST.0",
    ended_by=EndedBy.SWEEPER,
    backstop=f"{READS}; time to live",
)
PHOTOS = Rule(
    "processed photos and their edits",
    *("PhotosTable/photo, PhotosTable/edit, RenditionsBucket", "the permission to upload"),
    SIX_MONTHS,
    "FD.4",
    ended_by=EndedBy.SWEEPER,
    backstop=f"{READS}; time to live; lifecycle",
)
CHOSEN = Rule(
    "photos whose owner chose an end: any day, and at most",
    *("PhotosTable/photo, PhotosTable/edit, RenditionsBucket", "the permission to upload"),
    CHOSEN_MONTHS,
    "FD.4, ST.0",
    ended_by=EndedBy.SWEEPER,
    backstop=f"{READS}; time to live; lifecycle of chosen renditions",
)
REFUSED = Rule(
    *("why a photo was refused or failed; there is no image", "PhotosTable/photo", "its end"),
    7 * DAY,
    ended_by=EndedBy.SWEEPER,
    backstop=f"{READS}; time to live",
)
DELETED = Rule(
    "photos that their owner deleted, and their edits",
    *("PhotosTable/photo, PhotosTable/edit, RenditionsBucket", "the wish"),
    "not at all",
    "FD.3",
    ended_by=EndedBy.OWNER,
    backstop="`expire_photos` finishes a deletion that died",
)
HELD = Rule(
    "photos past their time that a legal hold keeps: until its end or release, and at most",
    *("PhotosTable/photo, PhotosTable/edit, RenditionsBucket", "the placing of the hold"),
    366 * DAY,
    "ST.2, ST.3",
    ended_by=EndedBy.SWEEPER,
    backstop="none: its objects leave every lifecycle",
)
HOLDS = Rule(
    "which holds there were; the register has their steps",
    *("PhotosTable/hold, PhotosTable/held", "the end of the hold"),
    30 * DAY,
    "ST.2, ST.3",
)
TOMBSTONES = Rule(
    "hashes of what was destroyed, so that no restored backup brings it back",
    *("RenditionsBucket", "the destruction"),
    42 * DAY,
    "FD.3, ST.0",
    ended_by=EndedBy.LIFECYCLE,
)
TOLD = Rule(
    "which days of leaving somebody was told of, so that it happens once",
    *("PhotosTable/told", "that day"),
    7 * DAY,
    "FD.4, ST.0",
)
GUESTS = Rule(
    "guests and their photos; longer than this nobody is asked",
    *("AccountsTable/profile, PhotosTable/guest mark, RenditionsBucket", "the guest was opened"),
    7 * DAY,
    ended_by=EndedBy.SWEEPER,
    backstop=f"{READS}; time to live",
)
QUOTAS = Rule(
    *("what was used of a day", "PhotosTable/quota, PaymentsTable/quota", "its last use"),
    2 * DAY,
    backstop=BY_DAY,
)
REQUESTS = Rule(
    "keys by which a repeated request is known",
    *("PhotosTable/grant, PhotosTable/edit request, PaymentsTable/request", "the request"),
    1 * DAY,
)
SWEEPS = Rule(
    *("how far the sweep has come: about nobody", "PhotosTable/cursor", ""),
    "for ever",
    "",
    ended_by=EndedBy.NOBODY,
)

# Accounts

ACCOUNTS = Rule(
    "accounts, what opens them, what was accepted and chosen",
    "AccountsTable/profile, AccountsTable/number, AccountsTable/login index, "
    "AccountsTable/linked login, AccountsTable/acceptance, AccountsTable/consent, "
    "PhotosTable/default",
    "the registration",
    "as long as the account",
    "2.1.1, I.2",
    ended_by=EndedBy.ERASURE,
)
LOCKED = Rule(
    *("accounts whose number passed to somebody else", "AccountsTable/profile", "the lock"),
    LONGEST_SIX_MONTHS + 6 * DAY,
    backstop="nobody can open one; its last photo is gone before",
)
CODES = Rule(
    "codes to a number without an account, as keyed hashes",
    *("AccountsTable/number", "the last code"),
    1 * DAY,
    "2.1.1, ST.0",
    backstop="a code works for five minutes",
)
LIMITS = Rule(
    *("counts of codes and guests, by keyed hash", "AccountsTable/limit", "its last count"),
    2 * DAY,
    "SE.1, ST.0",
    backstop=BY_DAY,
)
SESSIONS = Rule(
    "sessions and their devices; 90 days after the login at the latest",
    *("AccountsTable/session", "its last use"),
    30 * DAY,
    "2.1.2, CK.1",
    backstop=READS,
)
NOTICES = Rule(
    *("notices to an account", "AccountsTable/notice", "what it tells of"),
    30 * DAY,
    "SE.7, ST.0",
    backstop=READS,
)
STATES = Rule(
    *("returns from a provider of logins", "AccountsTable/used state", "the return"),
    10 * MINUTE,
    backstop=READS,
)
NUMBER_CHANGES = Rule(
    "changes of a number: a week to wait, a week to complete",
    *("AccountsTable/number change", "the wish"),
    14 * DAY,
    backstop=READS,
)
NUMBER_TRIES = Rule(
    *("tries to change a number", "AccountsTable/number tries", "the day of them begins"),
    2 * DAY,
    backstop=BY_DAY,
)
JOINED = Rule(
    "that a guest joined an account",
    *("AccountsTable/joined guest, AccountsTable/profile", "the guest's login"),
    30 * DAY,
    backstop="`expire_photos`, an hour after the photos came",
)
REMEMBERED = Rule(
    *("the masked number, where its owner asked the browser to keep it", "Browser", "the login"),
    180 * DAY,
    "CK.7",
    ended_by=EndedBy.BROWSER,
)

# Payments

PAYMENTS = Rule(
    "records of payments; with the account they lose the payer",
    *("PaymentsTable/order, PaymentsTable/refund due", "the end of the account"),
    (3 * 365 + 1) * DAY,
    "ST.3, ST.0",
)
LEDGER = Rule(
    *("the ledger of credits", "PaymentsTable/entry, PaymentsTable/balance", "the purchase"),
    "as long as the account",
    "2.3",
    ended_by=EndedBy.ERASURE,
)
NOTIFICATIONS = Rule(
    "that a provider told us something, without its words",
    *("PaymentsTable/notification", "its arrival"),
    90 * DAY,
    "2.3, ST.0",
)
CHARGES = Rule(
    "what an edit cost; until it is posted with the wallet, encrypted",
    *("PaymentsTable/charge", "the edit was made, or its credits went back"),
    90 * DAY,
    "2.3, ST.0",
)

BILLS = Rule(
    "how far a provider's bill was compared: about nobody",
    *("PaymentsTable/bill", "the comparison"),
    400 * DAY,
)
STAFF_REGISTER = Rule(
    "what staff did, and resolved: as long as the records it may have changed",
    *("RegisterTable/act, PaymentsTable/difference", "the act"),
    PAYMENTS.period,
    "SE.2, ST.3",
)

# What carries and keeps: no message, line or backup has an image in it

UPLOAD_MESSAGES = Rule(
    *("messages that a photo arrived: ids alone", "UploadsQueue", "the upload"),
    4 * DAY,
    ended_by=EndedBy.QUEUE,
)
EDIT_MESSAGES = Rule(
    "messages that an edit is wanted: ids alone; later it counts as failed",
    *("EditsQueue", "the request"),
    1 * HOUR,
    ended_by=EndedBy.QUEUE,
)
SHARD_MESSAGES = Rule(
    "shards that a sweep had no time for: their numbers; the next sweep sends them again",
    *("ShardsQueue", "the sweep"),
    SWEEP_EVERY,
    ended_by=EndedBy.QUEUE,
)
DEAD_LETTERS = Rule(
    "messages that could not be worked on: ids alone; time for people to repair",
    *("UploadsDeadLetterQueue, EditsDeadLetterQueue", "the first message"),
    14 * DAY,
    ended_by=EndedBy.QUEUE,
)
LOGS = Rule(
    "network logs: lines of the functions and of the gateway, under pseudonyms",
    *("Logs", "the line"),
    next(days * DAY for days in CLOUDWATCH_DAYS if days * DAY >= LONGEST_SIX_MONTHS),
    "ST.1, ST.0",
    ended_by=EndedBy.LOGS,
    backstop="`audit_logs`, every day",
)
BACKUPS = Rule(
    *("backups of the tables, to any second of the time", "Backups", "the write"),
    35 * DAY,
    ended_by=EndedBy.BACKUPS,
)

SCHEDULE: tuple[Rule, ...] = tuple(
    value for value in dict(globals()).values() if isinstance(value, Rule)
)
"""Every class there is, in the order of this file."""

LIFECYCLE_DAYS: Mapping[str, int] = {
    "originals": 1,
    "open_uploads": 1,
    "renditions": LONGEST_SIX_MONTHS.days + 6,
    "chosen_renditions": 731 + 9,
    "tombstones": TOMBSTONES.period.days,
}
"""Rules of S3, which act on days after the upload, rounded up to midnight UTC. A day is the
shortest there is; renditions have six days for a sweeper that is down, and never end early.
"""
