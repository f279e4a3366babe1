"""Every setting that is checked after a deployment: how a template says it, and how its service is
asked and told.

A table of words, with no values: what is wanted stands in the template alone.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError

Json = Any
"""A value out of a template or an AWS answer: its shape is AWS's; it is only compared."""


@dataclass(frozen=True, slots=True)
class Setting:
    """How one property of one type of resource is said, read and made."""

    resource_type: str
    property: str
    service: str
    wanted: Callable[[Json], Json]
    """The property's value (references resolved) in the words of the service's API."""
    read: Callable[[Any, str], Json]
    """What the service says now, given its client and the physical id; {} where nothing is set."""
    make: Callable[[Any, str, Json], Any]


def _or_nothing(read: Callable[[], Json]) -> Json:
    """Return what `read` returns, and {} where S3 answers that no such configuration exists."""
    try:
        return read()
    except ClientError as error:
        if error.response["Error"]["Code"].startswith(
            ("NoSuch", "ServerSideEncryption", "Ownership")
        ):
            return {}
        raise


def _same(value: Json) -> Json:
    return value


def _renamed(value: dict[str, Json], names: dict[str, str]) -> dict[str, Json]:
    return {names.get(name, name): part for name, part in value.items()}


def _lifecycle(value: Json) -> Json:
    """Translate lifecycle rules.

    Raises:
        KeyError: a kind of rule this table does not know: better no start than a rule that is
            silently not there.
    """
    translated: dict[str, Callable[[Json], dict[str, Json]]] = {
        "Id": lambda part: {"ID": part},
        "Status": lambda part: {"Status": part},
        "Prefix": lambda part: {"Filter": {"Prefix": part}},
        "TagFilters": lambda part: {"Filter": {"And": {"Tags": part}}},
        "ExpirationInDays": lambda part: {"Expiration": {"Days": part}},
        "AbortIncompleteMultipartUpload": lambda part: {"AbortIncompleteMultipartUpload": part},
    }
    rules: list[Json] = []
    for rule in value["Rules"]:
        api_rule: dict[str, Json] = {"Filter": {"Prefix": ""}}
        for name, part in rule.items():
            api_rule |= translated[name](part)
        rules.append(api_rule)
    return {"Rules": rules}


def _encryption(value: Json) -> Json:
    names = {"ServerSideEncryptionByDefault": "ApplyServerSideEncryptionByDefault"}
    return {"Rules": [_renamed(rule, names) for rule in value["ServerSideEncryptionConfiguration"]]}


def _cors(value: Json) -> Json:
    names = {"Id": "ID", "ExposedHeaders": "ExposeHeaders", "MaxAge": "MaxAgeSeconds"}
    return {"CORSRules": [_renamed(rule, names) for rule in value["CorsRules"]]}


def _read_ttl(dynamodb: Any, table: str) -> Json:
    found = dynamodb.describe_time_to_live(TableName=table)["TimeToLiveDescription"]
    enabled = found["TimeToLiveStatus"] in ("ENABLED", "ENABLING")
    return {"Enabled": enabled, "AttributeName": found.get("AttributeName")}


def _read_recovery(dynamodb: Any, table: str) -> Json:
    backups = dynamodb.describe_continuous_backups(TableName=table)["ContinuousBackupsDescription"]
    status = backups.get("PointInTimeRecoveryDescription", {}).get("PointInTimeRecoveryStatus")
    return {"PointInTimeRecoveryEnabled": status == "ENABLED"}


def _read_table_encryption(dynamodb: Any, table: str) -> Json:
    found = dynamodb.describe_table(TableName=table)["Table"].get("SSEDescription") or {}
    return {
        "Enabled": found.get("Status") in ("ENABLED", "UPDATING"),
        "SSEType": found.get("SSEType"),
        "KMSMasterKeyId": found.get("KMSMasterKeyArn"),
    }


def _read_retention(logs: Any, name: str) -> Json:
    groups = logs.describe_log_groups(logGroupNamePrefix=name)["logGroups"]
    return next((g.get("retentionInDays") for g in groups if g["logGroupName"] == name), None)


def _gateway_responses(value: Json) -> Json:
    return {
        kind: {
            "statusCode": str(answer["StatusCode"]),
            "responseTemplates": answer["ResponseTemplates"],
            "responseParameters": {
                f"gatewayresponse.header.{name}": header
                for name, header in answer["ResponseParameters"]["Headers"].items()
            },
        }
        for kind, answer in value.items()
    }


def _read_gateway_responses(apigateway: Any, api_id: str) -> Json:
    answers = apigateway.get_gateway_responses(restApiId=api_id)["items"]
    return {answer["responseType"]: answer for answer in answers}


def _make_gateway_responses(apigateway: Any, api_id: str, value: Json) -> None:
    for kind, answer in value.items():
        apigateway.put_gateway_response(restApiId=api_id, responseType=kind, **answer)
    # A stage serves what its deployment held.
    for stage in apigateway.get_stages(restApiId=api_id)["item"]:
        apigateway.create_deployment(restApiId=api_id, stageName=stage["stageName"])


SETTINGS = (
    Setting(
        "AWS::DynamoDB::Table",
        "TimeToLiveSpecification",
        "dynamodb",
        _same,
        _read_ttl,
        lambda c, name, value: c.update_time_to_live(TableName=name, TimeToLiveSpecification=value),
    ),
    Setting(
        "AWS::DynamoDB::Table",
        "PointInTimeRecoverySpecification",
        "dynamodb",
        _same,
        _read_recovery,
        lambda c, name, value: c.update_continuous_backups(
            TableName=name, PointInTimeRecoverySpecification=value
        ),
    ),
    Setting(
        "AWS::DynamoDB::Table",
        "SSESpecification",
        "dynamodb",
        lambda value: _renamed(value, {"SSEEnabled": "Enabled"}),
        _read_table_encryption,
        lambda c, name, value: c.update_table(TableName=name, SSESpecification=value),
    ),
    Setting(
        "AWS::S3::Bucket",
        "LifecycleConfiguration",
        "s3",
        _lifecycle,
        lambda c, name: _or_nothing(lambda: c.get_bucket_lifecycle_configuration(Bucket=name)),
        lambda c, name, value: c.put_bucket_lifecycle_configuration(
            Bucket=name, LifecycleConfiguration=value
        ),
    ),
    Setting(
        "AWS::S3::Bucket",
        "BucketEncryption",
        "s3",
        _encryption,
        lambda c, name: _or_nothing(
            lambda: c.get_bucket_encryption(Bucket=name)["ServerSideEncryptionConfiguration"]
        ),
        lambda c, name, value: c.put_bucket_encryption(
            Bucket=name, ServerSideEncryptionConfiguration=value
        ),
    ),
    Setting(
        "AWS::S3::Bucket",
        "CorsConfiguration",
        "s3",
        _cors,
        lambda c, name: _or_nothing(lambda: c.get_bucket_cors(Bucket=name)),
        lambda c, name, value: c.put_bucket_cors(Bucket=name, CORSConfiguration=value),
    ),
    Setting(
        "AWS::S3::Bucket",
        "PublicAccessBlockConfiguration",
        "s3",
        _same,
        lambda c, name: _or_nothing(
            lambda: c.get_public_access_block(Bucket=name)["PublicAccessBlockConfiguration"]
        ),
        lambda c, name, value: c.put_public_access_block(
            Bucket=name, PublicAccessBlockConfiguration=value
        ),
    ),
    Setting(
        "AWS::S3::Bucket",
        "OwnershipControls",
        "s3",
        _same,
        lambda c, name: _or_nothing(
            lambda: c.get_bucket_ownership_controls(Bucket=name)["OwnershipControls"]
        ),
        lambda c, name, value: c.put_bucket_ownership_controls(
            Bucket=name, OwnershipControls=value
        ),
    ),
    Setting(
        "AWS::Logs::LogGroup",
        "RetentionInDays",
        "logs",
        _same,
        _read_retention,
        lambda c, name, value: c.put_retention_policy(logGroupName=name, retentionInDays=value),
    ),
    Setting(
        "AWS::Serverless::Api",
        "GatewayResponses",
        "apigateway",
        _gateway_responses,
        _read_gateway_responses,
        _make_gateway_responses,
    ),
    Setting(
        "AWS::KMS::Key",
        "EnableKeyRotation",
        "kms",
        _same,
        lambda c, key: c.get_key_rotation_status(KeyId=key)["KeyRotationEnabled"],
        lambda c, key, _: c.enable_key_rotation(KeyId=key),
    ),
)
