"""Places in turn: of many that one address asks for, none comes before the first of another."""

import asyncio
from collections.abc import Callable

import pytest

from pipeline.errors import UnavailableError
from search_api.turns import Capacity, Turns


class Hall:
    """People with one place between them, who note in which order they had it."""

    def __init__(self, turns: Turns) -> None:
        self.turns = turns
        self.had: list[str] = []
        self.door = asyncio.Event()

    async def visit(self, key: str) -> None:
        """Have the place until the door is opened."""
        async with self.turns.turn(key):
            self.had.append(key)
            await self.door.wait()

    async def come(self, *keys: str) -> list[asyncio.Task[None]]:
        """Each comes, in this order."""
        came = []
        for key in keys:
            came.append(asyncio.create_task(self.visit(key)))
            await asyncio.sleep(0)
        return came


def test_one_who_asks_for_much_waits_behind_themselves() -> None:
    async def scene() -> list[str]:
        hall = Hall(Turns(Capacity(at_once=1, each=20, together=50)))
        came = await hall.come(*["many"] * 10, "first", "second", "first")
        hall.door.set()
        await asyncio.gather(*came)
        return hall.had

    assert asyncio.run(scene())[:6] == ["many", "many", "first", "second", "many", "first"]


@pytest.mark.parametrize(
    "capacity", [Capacity(at_once=1, each=2, together=50), Capacity(at_once=1, each=50, together=2)]
)
def test_those_who_wait_are_bounded(capacity: Capacity) -> None:
    async def scene() -> int:
        hall = Hall(Turns(capacity))
        came = await hall.come(*["many"] * 5)
        hall.door.set()
        ended = await asyncio.gather(*came, return_exceptions=True)
        return sum(isinstance(end, UnavailableError) for end in ended)

    assert asyncio.run(scene()) == 2


def _first(came: list[asyncio.Task[None]]) -> asyncio.Task[None]:
    return came[0]


def _waiting(came: list[asyncio.Task[None]]) -> asyncio.Task[None]:
    return came[1]


@pytest.mark.parametrize("who", [_first, _waiting])
@pytest.mark.parametrize("steps", range(4))
def test_who_goes_away_leaves_no_place_lost(
    who: Callable[[list[asyncio.Task[None]]], asyncio.Task[None]], steps: int
) -> None:
    """Also in the very moment when a place is given to them: at each step of the loop one goes."""

    async def scene() -> list[str]:
        turns = Turns(Capacity(at_once=1, each=20, together=50))
        hall = Hall(turns)
        came = await hall.come("a", "b", "c")
        hall.door.set()
        for _ in range(steps):
            await asyncio.sleep(0)
        who(came).cancel()
        await asyncio.gather(*came, return_exceptions=True)
        last = Hall(turns)
        last.door.set()
        await asyncio.wait_for(last.visit("d"), 60)
        return last.had

    assert asyncio.run(scene()) == ["d"]
