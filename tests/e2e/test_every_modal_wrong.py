"""Every modal, opened for real and sent with each field wrong, in cases made from its own blocks."""

import pytest

from bot.rehearsal.forms import check_form
from bot.rehearsal.view_desk import OpenView
from bot.surfaces.ids import Callback
from tests.e2e.bots import library
from tests.e2e.strangers import copy_of
from tests.e2e.tour import WAYS, Tour, Way
from tests.e2e.watching import Heard, Watch
from tests.e2e.world import World
from tests.surfaces.form_cases import WrongCase, good_values, wrong_cases

FORGED = library().language("en").words.plain("listeners.forged")
NEVER_SENT_OUT = ("not json", '{"set_id": 7}', r'{"set_id": "a\u0000b"}', '{"what": "is this"}', "x" * 3_000)


def test_every_modal_is_on_the_tour() -> None:
    assert {way.callback for way in WAYS} == set(Callback)


@pytest.mark.timeout(300)  # about five hundred submissions
async def test_each_wrong_field_is_told_beside_it_and_the_right_ones_then_go_through(world: World) -> None:
    tour = Tour(world)
    misbehaved: list[str] = []
    async for stop in tour.stops():
        for way in stop.ways:
            view = await tour.open(way)
            found = await _try_every_wrong_field(tour, way, view)
            misbehaved += [f"{stop.name}, {way.callback}: {what}" for what in found]
            await _send_good(tour, way, view)
    assert not misbehaved, "\n".join(misbehaved)


async def _try_every_wrong_field(tour: Tour, way: Way, view: OpenView) -> list[str]:
    watch, tried, found = await Watch.begin(tour.world), set(), []
    for case in wrong_cases(view.document, tour.samples):
        tried.add(case.block_id)
        found += [f"{case}: {what}" for what in await _try(tour, way, view, case)]
    found += [f"{value}: {what}" for value in NEVER_SENT_OUT for what in await _forge(tour, way, view, value)]
    await tour.world.settle()
    found += [f"{table} changed" for table in await watch.changed()]
    found += [f"{call.method} was called" for call in watch.told()]
    untried = {block["block_id"] for block in view.blocks if block["type"] == "input"} - tried
    return found + [f"{block_id} was not tried" for block_id in untried]


async def _try(tour: Tour, way: Way, view: OpenView, case: WrongCase) -> list[str]:
    """Slack's client lets little of this pass; what arrives all the same is refused by the bot."""
    act = await tour.send(tour.person(way), view, case.values)
    found = []
    if list(act.errors) != [case.block_id]:
        found.append(f"the errors are {act.errors}")
    if tour.person(way).modal is not view or view.values != case.values:
        found.append("the modal does not stand open with what was typed")
    return found


async def _forge(tour: Tour, way: Way, view: OpenView, carried: str) -> list[str]:
    """The right answers in a copy of the modal that carries what the bot never sent out."""
    person = tour.person(way)
    heard = Heard.begin(person)
    copy = copy_of(tour.world, view, person)
    copy.document["private_metadata"] = carried
    act = await tour.send(person, copy, good_values(view.document, tour.samples))
    told = heard.all()
    heard.dismiss()
    if act.warned or told != ([FORGED] if way.sends else []):
        return [f"told {told}"]
    return []


async def _send_good(tour: Tour, way: Way, view: OpenView) -> None:
    if way.sends:
        values = good_values(view.document, tour.samples)
        view.values = values
        check_form(view)
        act = await tour.send(tour.person(way), view, values)
        assert act.acknowledged, way
        assert not act.errors, (way, act.errors)
    await tour.close(way)
