"""The port `Objects` on S3."""

import base64
import contextlib
from collections.abc import Iterator
from datetime import UTC, timedelta
from typing import Any, BinaryIO

from chalicelib.aws.errors import busy_is_unavailable, code_of
from chalicelib.errors import Unavailable
from chalicelib.storage import ObjectMissing, ObjectTooLarge, Stored, Tally, UploadForm

CHUNK_BYTES = 1 << 20
DELETE_BATCH = 1000
"""Keys one DeleteObjects call takes (S3 API reference)."""
DESTROY_ROUNDS = 3
BACKSTOP_TAG = "backstop"
"""What the lifecycle rules of infra/storage.yaml look for."""


class S3Objects:
    """One bucket; `key_arn` is the KMS key that uploads by others must name."""

    def __init__(self, client: Any, bucket: str, *, key_arn: str | None = None) -> None:
        self._client = client
        self._bucket = bucket
        self._key_arn = key_arn

    def presign_upload(
        self,
        key: str,
        *,
        content_type: str,
        max_bytes: int,
        sha256: bytes | None,
        lifetime: timedelta,
    ) -> UploadForm:
        fields = {
            "Content-Type": content_type,
            "x-amz-server-side-encryption": "aws:kms",
            "success_action_status": "204",
        }
        if self._key_arn:
            fields["x-amz-server-side-encryption-aws-kms-key-id"] = self._key_arn
        if sha256 is not None:
            fields["x-amz-checksum-algorithm"] = "SHA256"
            fields["x-amz-checksum-sha256"] = base64.b64encode(sha256).decode()
        form = self._client.generate_presigned_post(
            Bucket=self._bucket,
            Key=key,
            Fields=fields,
            # An exact condition for each field: what the policy does not name, S3 refuses.
            Conditions=[
                *({name: value} for name, value in fields.items()),
                ["content-length-range", 1, max_bytes],
            ],
            ExpiresIn=int(lifetime.total_seconds()),
        )
        return UploadForm(form["url"], form["fields"])

    def presign_download(self, key: str, *, filename: str, lifetime: timedelta) -> str:
        url: str = self._client.generate_presigned_url(
            "get_object",
            Params={
                "Bucket": self._bucket,
                "Key": key,
                "ResponseCacheControl": "no-store",
                "ResponseContentDisposition": f'attachment; filename="{filename}"',
            },
            ExpiresIn=int(lifetime.total_seconds()),
        )
        return url

    @busy_is_unavailable()
    def fetch(self, key: str, into: BinaryIO, *, max_bytes: int) -> int:
        from botocore.exceptions import ClientError

        try:
            reply = self._client.get_object(Bucket=self._bucket, Key=key)
        except ClientError as error:
            if code_of(error) in ("NoSuchKey", "404"):
                raise ObjectMissing from None
            raise
        size_bytes: int = reply["ContentLength"]
        with contextlib.closing(reply["Body"]) as body:
            if size_bytes > max_bytes:
                raise ObjectTooLarge
            for chunk in body.iter_chunks(CHUNK_BYTES):
                into.write(chunk)
        into.seek(0)
        return size_bytes

    @busy_is_unavailable()
    def put(self, key: str, data: bytes, *, content_type: str, backstop: str) -> None:
        self._client.put_object(
            Bucket=self._bucket,
            Key=key,
            Body=data,
            ContentType=content_type,
            Tagging=f"{BACKSTOP_TAG}={backstop}",
        )

    @busy_is_unavailable()
    def copy(self, key: str, to: str, *, backstop: str) -> None:
        from botocore.exceptions import ClientError

        source = {"Bucket": self._bucket, "Key": key}
        try:
            self._client.copy_object(
                Bucket=self._bucket,
                Key=to,
                CopySource=source,
                TaggingDirective="REPLACE",
                Tagging=f"{BACKSTOP_TAG}={backstop}",
            )
        except ClientError as error:
            if code_of(error) in ("NoSuchKey", "404"):
                raise ObjectMissing from None
            raise

    @busy_is_unavailable()
    def retag(self, prefix: str, *, backstop: str) -> None:
        from botocore.exceptions import ClientError

        tags = {"TagSet": [{"Key": BACKSTOP_TAG, "Value": backstop}]}
        for stored in self.list_stored(prefix):
            try:
                self._client.put_object_tagging(Bucket=self._bucket, Key=stored.key, Tagging=tags)
            except ClientError as error:
                if code_of(error) != "NoSuchKey":  # deleted since it was listed
                    raise

    @busy_is_unavailable()
    def delete(self, key: str) -> None:
        self._client.delete_object(Bucket=self._bucket, Key=key)

    @busy_is_unavailable()
    def destroy(self, prefix: str) -> Tally:
        destroyed = Tally()
        for _ in range(DESTROY_ROUNDS):
            found = list(self._versions(prefix))
            uploads = list(self._unfinished_uploads(prefix))
            if not found and not uploads:
                return destroyed
            for start in range(0, len(found), DELETE_BATCH):
                destroyed += self._delete_batch(found[start : start + DELETE_BATCH])
            for upload in uploads:
                self._client.abort_multipart_upload(
                    Bucket=self._bucket, Key=upload["Key"], UploadId=upload["UploadId"]
                )
                destroyed += Tally(objects=1)
        raise Unavailable("Something is still being written; repeat the deletion.")

    @busy_is_unavailable()
    def tally(self, prefix: str) -> Tally:
        versions = sum((Tally(1, size) for _, _, size in self._versions(prefix)), Tally())
        return versions + Tally(objects=len(list(self._unfinished_uploads(prefix))))

    def list_stored(self, prefix: str = "") -> Iterator[Stored]:
        with busy_is_unavailable():
            for version in self._pages("list_object_versions", prefix, "Versions", "DeleteMarkers"):
                yield Stored(
                    key=version["Key"],
                    size_bytes=version.get("Size", 0),
                    stored_at=version["LastModified"].astimezone(UTC),
                )
            for upload in self._unfinished_uploads(prefix):
                started_at = upload["Initiated"].astimezone(UTC)
                yield Stored(key=upload["Key"], size_bytes=0, stored_at=started_at)

    def _delete_batch(self, versions: list[tuple[str, str, int]]) -> Tally:
        reply = self._client.delete_objects(
            Bucket=self._bucket,
            Delete={
                "Objects": [{"Key": key, "VersionId": version} for key, version, _ in versions],
                "Quiet": True,
            },
        )
        # The call answers 200 even when single keys failed (docs/data-model.md, "Deletion").
        if reply.get("Errors"):
            raise Unavailable("Some objects could not be deleted; repeat the deletion.")
        return Tally(len(versions), sum(size for _, _, size in versions))

    def _versions(self, prefix: str) -> Iterator[tuple[str, str, int]]:
        """List key, version id and size; on a bucket without versions the id is "null"."""
        for version in self._pages("list_object_versions", prefix, "Versions", "DeleteMarkers"):
            yield version["Key"], version["VersionId"], version.get("Size", 0)

    def _unfinished_uploads(self, prefix: str) -> Iterator[dict[str, Any]]:
        return self._pages("list_multipart_uploads", prefix, "Uploads")

    def _pages(self, operation: str, prefix: str, *kinds: str) -> Iterator[dict[str, Any]]:
        pages = self._client.get_paginator(operation).paginate(Bucket=self._bucket, Prefix=prefix)
        for page in pages:
            for kind in kinds:
                yield from page.get(kind, [])
