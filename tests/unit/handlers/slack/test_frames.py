"""Whatever stands in a frame, reading it is a value; what names an envelope is one."""

import json
from typing import Any

import pytest

from handlers.slack.frames import Envelope, Frame, Goodbye, Hello, Rubbish, read

NO_ID, ODD_ID = Rubbish("no envelope_id"), Rubbish("an envelope_id that is none")


@pytest.mark.parametrize(
    ("said", "frame"),
    [
        ({"type": "hello", "num_connections": 2}, Hello(2)),
        ({"type": "hello"}, Hello(None)),
        ({"type": "hello", "num_connections": "two"}, Hello(None)),
        ({"type": "hello", "num_connections": 10**7}, Hello(None)),
        ({"type": "disconnect", "reason": "warning"}, Goodbye("warning")),
        ({"type": "disconnect", "reason": ["warning"]}, Goodbye("")),
        ({"type": "disconnect"}, Goodbye("")),
        ({"envelope_id": "e-1", "type": "interactive", "payload": {"a": 1}}, Envelope("e-1", "interactive", {"a": 1})),
        ({"envelope_id": "e-1", "type": {}, "payload": "x"}, Envelope("e-1", {}, "x")),
        ({"envelope_id": "e-1"}, Envelope("e-1", None, None)),
        ({"envelope_id": "e" * 255}, Envelope("e" * 255, None, None)),
        ({"envelope_id": "e" * 256}, ODD_ID),
        ({"envelope_id": ""}, ODD_ID),
        ({"envelope_id": "e 1"}, ODD_ID),
        ({"envelope_id": "e-1\n"}, ODD_ID),
        ({"envelope_id": "\N{ARABIC-INDIC DIGIT THREE}"}, ODD_ID),
        ({"envelope_id": None}, ODD_ID),
        ({}, NO_ID),
        ([{"envelope_id": "e-1"}], Rubbish("no object")),
        (None, Rubbish("no object")),
    ],
)
def test_a_frame_is_read(said: Any, frame: Frame) -> None:
    assert read(json.dumps(said)) == frame


@pytest.mark.parametrize("text", ["", "{", '{"envelope_id": "e", "payload": NaN}', '{"a":' * 5000 + "1" + "}" * 5000])
def test_what_is_no_json_or_too_deep_is_rubbish(text: str) -> None:
    assert read(text) == Rubbish("no JSON, or too deep")
