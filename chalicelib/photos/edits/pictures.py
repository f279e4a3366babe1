"""The finished pictures of an edit on their way into the bucket."""

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor

from chalicelib.keys import edit_object
from chalicelib.photos.edits.model import EXTENSIONS, EditJob
from chalicelib.photos.model import Rendition
from chalicelib.photos.ports import Edited, Rendered
from chalicelib.retention.model import Backstop
from chalicelib.storage import Objects


def put_pictures(
    bucket: Objects, job: EditJob, edited: Edited, backstop: Backstop
) -> Mapping[str, Rendition]:
    """Store all of them under the edit's own prefix; a repeat writes the same bytes again."""
    extension = EXTENSIONS[edited.media_type]

    def put(one: Rendered) -> None:
        key = edit_object(job.user_id, job.photo_id, job.edit_id, one.name, extension)
        bucket.put(key, one.data, content_type=edited.media_type, backstop=backstop)

    # Three round trips in the time of one; S3 is waited for, not worked for.
    with ThreadPoolExecutor(max_workers=len(edited.renditions)) as pool:
        for done in [pool.submit(put, one) for one in edited.renditions]:
            done.result()
    return {
        one.name: Rendition(
            width_px=one.width_px, height_px=one.height_px, size_bytes=len(one.data)
        )
        for one in edited.renditions
    }
