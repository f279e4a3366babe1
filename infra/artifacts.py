"""The bucket that bundles and templates are deployed from; what goes in is named by content."""

import hashlib
import json
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError

from infra.template import partition_of


@dataclass(frozen=True, slots=True)
class Artifact:
    """Bytes and the key they make: nothing is ever overwritten by anything else."""

    key: str
    content: bytes


def artifact_of(kind: str, content: bytes, *, suffix: str) -> Artifact:
    return Artifact(f"{kind}/{hashlib.sha256(content).hexdigest()}{suffix}", content)


def ensure_bucket(s3: Any, bucket: str, *, owner: str, region: str) -> None:
    """Make the bucket when it is missing, and see that it is private and speaks TLS alone.

    `owner` is the account it must belong to: a bucket of that name in other hands is an error
    (403), not a place to put our code.
    """
    try:
        s3.head_bucket(Bucket=bucket, ExpectedBucketOwner=owner)
    except ClientError as error:
        if error.response["Error"]["Code"] not in ("404", "NoSuchBucket"):
            raise
        # us-east-1 is the one region that may not be named here (CreateBucket API reference).
        place = {} if region == "us-east-1" else {"LocationConstraint": region}
        s3.create_bucket(Bucket=bucket, **({"CreateBucketConfiguration": place} if place else {}))
    s3.put_public_access_block(
        Bucket=bucket,
        ExpectedBucketOwner=owner,
        PublicAccessBlockConfiguration={
            "BlockPublicAcls": True,
            "BlockPublicPolicy": True,
            "IgnorePublicAcls": True,
            "RestrictPublicBuckets": True,
        },
    )
    s3.put_bucket_policy(
        Bucket=bucket,
        ExpectedBucketOwner=owner,
        Policy=json.dumps(_tls_only(f"arn:{partition_of(region)}:s3:::{bucket}")),
    )


def upload(s3: Any, bucket: str, artifact: Artifact, *, owner: str) -> None:
    """Put an artifact where it is not yet."""
    place = {"Bucket": bucket, "Key": artifact.key, "ExpectedBucketOwner": owner}
    try:
        s3.head_object(**place)
    except ClientError as error:
        if error.response["Error"]["Code"] not in ("404", "NoSuchKey"):
            raise
        s3.put_object(**place, Body=artifact.content)


def _tls_only(arn: str) -> dict[str, Any]:
    statement = {
        "Sid": "TlsOnly",
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:*",
        "Resource": [arn, f"{arn}/*"],
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }
    return {"Version": "2012-10-17", "Statement": [statement]}
