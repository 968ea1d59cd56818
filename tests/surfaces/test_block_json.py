"""What is drawn the quick way is what Slack's own objects draw, and is checked as they check it."""

import pytest
from slack_sdk.errors import SlackObjectFormationError
from slack_sdk.models.basic_objects import JsonObject
from slack_sdk.models.blocks import (
    ActionsBlock,
    ButtonElement,
    ConfirmObject,
    HeaderBlock,
    InputBlock,
    Option,
    PlainTextObject,
    RichTextBlock,
    RichTextElementParts,
    RichTextListElement,
    RichTextSectionElement,
    StaticSelectElement,
)

from bot.surfaces.block_json import block_json
from bot.surfaces.board import board_parts
from tests.surfaces.states import Play

CONFIRM = ConfirmObject(
    title="Sure?", text=PlainTextObject(text="It cannot be undone."), confirm="Yes", deny="No"
)
BOLD = RichTextElementParts.TextStyle(bold=True)
THINGS: list[JsonObject] = [
    HeaderBlock(text="Heads"),
    ActionsBlock(
        elements=[ButtonElement(text="Go", action_id="go", value="1", style="primary", confirm=CONFIRM)]
    ),
    InputBlock(
        label="Who", element=StaticSelectElement(action_id="who", options=[Option(value="1", text="Ama")])
    ),
    RichTextBlock(elements=[RichTextSectionElement(elements=[])]),
    RichTextBlock(
        elements=[
            RichTextListElement(
                style="bullet",
                elements=[
                    RichTextSectionElement(
                        elements=[
                            RichTextElementParts.Text(text="Ama", style=BOLD),
                            RichTextElementParts.Date(timestamp=1, format="{time}", fallback="10:00"),
                        ]
                    )
                ],
            )
        ]
    ),
]


@pytest.mark.parametrize("thing", THINGS, ids=lambda thing: type(thing).__name__)
def test_it_is_what_the_object_itself_draws(thing: JsonObject) -> None:
    assert block_json(thing) == thing.to_dict()


def test_the_board_of_each_stage_is_what_its_blocks_draw() -> None:
    play = Play(clock_id="90x1").start()
    stages = {play.meeting.stage}
    while play.meeting.stage != "close":
        play.next_stage()
        stages.add(play.meeting.stage)
        for part in board_parts(play.scene):
            assert block_json(part.block) == part.block.to_dict()
    assert len(stages) > 10


@pytest.mark.parametrize(
    "wrong",
    [
        HeaderBlock(text="x" * 151),
        ActionsBlock(elements=[ButtonElement(text="x" * 76, action_id="go")]),
        ActionsBlock(elements=[ButtonElement(text="Go", action_id="go", value="x" * 2001)]),
    ],
    ids=["a block", "an object within", "another of its limits"],
)
def test_what_slack_would_refuse_is_refused_here(wrong: JsonObject) -> None:
    with pytest.raises(SlackObjectFormationError):
        wrong.to_dict()
    with pytest.raises(SlackObjectFormationError):
        block_json(wrong)
