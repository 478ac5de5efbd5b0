"""What Slack is given for each kind of message, as it was read once by a person."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from adapters.slack.block_kit import Copied, Page, Part, Removed, Written, parts_of
from conversations.replies import Reply, ReviewAnswers, ShowReport, ShowShared
from tests.dialogue import core
from tests.fakes.slack.block_check import check_message, check_view
from tests.golden import assert_golden
from tests.previews.examples import Example, examples, shortened, windows

FOLDER = Path(__file__).parent / "payloads" / "slack"
LANGUAGES = ("en", "zh")


def short(reply: Reply) -> Reply:
    if isinstance(reply, ReviewAnswers):
        return replace(reply, answers=reply.answers[:3])
    return replace(reply, report=shortened(reply.report)) if isinstance(reply, ShowReport | ShowShared) else reply


def written(part: Part) -> dict[str, Any]:
    match part:
        case Written():
            place = {"update": part.at.message} if part.at else {}
            return {**place, "asks": part.asks, "text": part.text, "blocks": part.blocks}
        case Copied():
            return {"thread": not part.first, "text": part.text, "blocks": part.blocks}
        case Page():
            return {"view": part.view}
        case _:
            raise AssertionError(part)


def as_json(payload: object) -> str:
    return f"{json.dumps(payload, ensure_ascii=False, indent=1)}\n"


@pytest.mark.parametrize("language", LANGUAGES)
async def test_each_kind_of_message_is_as_its_golden_payload(language: str) -> None:
    for example in await examples():
        few: Example = replace(example, replies=tuple(map(short, example.replies)))
        made = parts_of(few.row(language), core().catalogue)
        assert not any(isinstance(part, Removed) for part in made)
        payloads = [written(part) for part in made]
        assert [
            problem
            for one in payloads
            for problem in (check_view(one["view"]) if "view" in one else check_message(json.loads(json.dumps(one))))
        ] == []
        assert_golden(FOLDER / f"{example.name}.{language}.json", as_json(payloads))


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_window_is_as_its_golden_payload(language: str) -> None:
    for name, view in windows(language):
        assert check_view(view) == []
        assert_golden(FOLDER / f"{name}.{language}.json", as_json(view))
