"""What KSeF announces of its own troubles (*Latarnia*)."""

from datetime import datetime, timezone

import pytest

from ksef_api import availability, environment
from ksef_api.errors import BadAnswer, NoAnswer, ServerError

STARTED = {
    "id": "a",
    "eventId": 3,
    "category": "FAILURE",
    "type": "FAILURE_START",
    "title": "Awaria",
    "text": "Trwa awaria",
    "start": "2026-03-01T10:00:00Z",
    "end": None,
    "version": 1,
    "published": "2026-03-01T10:05:00Z",
}
ENDED = {
    **STARTED,
    "id": "b",
    "type": "FAILURE_END",
    "title": "Koniec awarii",
    "version": 2,
    "published": "2026-03-01T12:00:00Z",
}


@pytest.fixture
def announced(server):
    """Ask a service that announces the given messages."""
    env = environment.custom(server.url + "/v2", status_url=server.url)

    def ask(*messages):
        server.will_answer(data=list(messages))
        return availability.troubles(env)

    return ask


def test_a_failure_lasts_until_its_end_is_announced(announced, server):
    (trouble,) = announced(STARTED)
    assert server.requests[0][1] == "/messages"
    assert (trouble.event, trouble.category, trouble.end) == ("3", "FAILURE", None)
    assert trouble.start == datetime(2026, 3, 1, 10, tzinfo=timezone.utc)


def test_the_last_message_about_a_trouble_counts_in_any_order(announced):
    for messages in ((STARTED, ENDED), (ENDED, STARTED)):
        (trouble,) = announced(*messages)
        assert trouble.title == "Koniec awarii"
        assert trouble.end == datetime(2026, 3, 1, 12, tzinfo=timezone.utc)


def test_troubles_come_oldest_first(announced):
    later = {**STARTED, "eventId": 1, "start": "2026-04-01T10:00:00Z"}
    assert [t.event for t in announced(later, STARTED)] == ["3", "1"]


def test_a_category_that_is_not_known_is_left_out(announced):
    assert announced({**STARTED, "category": "PICNIC"}) == []


@pytest.mark.parametrize("wrong", [{"start": "soon"}, {"start": None}, {"end": 7}])
def test_nonsense_is_an_error(announced, wrong):
    with pytest.raises(BadAnswer):
        announced({**STARTED, **wrong})


def test_an_answer_that_is_no_list_is_an_error(server):
    env = environment.custom(server.url + "/v2", status_url=server.url)
    server.will_answer(data={"messages": []})
    with pytest.raises(BadAnswer):
        availability.troubles(env)


def test_the_service_may_be_down_itself(server):
    env = environment.custom(server.url + "/v2", status_url=server.url)
    server.will_answer(502, body=b"Bad Gateway")
    with pytest.raises((ServerError, NoAnswer)):
        availability.troubles(env)


def test_only_production_has_a_service_to_be_believed():
    believed = [e.code for e in environment.ENVIRONMENTS.values() if e.status_url]
    assert believed == ["production"]
