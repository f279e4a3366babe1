"""The queue of edits and the rules of edits agree."""

from chalicelib.photos.edits.model import EDIT_WAIT
from tests.infra.reading import Template, resources_of


def test_an_edit_nobody_took_is_forgotten_when_it_counts_as_failed(template: Template) -> None:
    queue = resources_of(template, "AWS::SQS::Queue")["EditsQueue"]

    assert queue["MessageRetentionPeriod"] == EDIT_WAIT.total_seconds()
