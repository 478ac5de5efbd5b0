"""What may be done so often: counted over processes and starts."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.storage.in_memory import InMemoryStore
from adapters.storage.sqlite import SqliteStore
from conversations.budgets import Budget, spent
from tests.dialogue import NOON
from tests.test_snapshot import SAME

SECOND = timedelta(seconds=1)
BUDGETS = (Budget(1, 5 * SECOND), Budget(3, 60 * SECOND))


def test_one_is_spent_where_every_budget_has_one() -> None:
    kept, again = spent(None, NOON, BUDGETS)
    assert again is None
    same, again = spent(kept, NOON + SECOND, BUDGETS)
    assert (same, again) == (kept, NOON + 5 * SECOND)
    for at in (5, 10):
        kept, again = spent(kept, NOON + at * SECOND, BUDGETS)
        assert again is None
    _, again = spent(kept, NOON + 20 * SECOND, BUDGETS)
    assert again == NOON + 60 * SECOND
    _, again = spent(kept, NOON + 60 * SECOND, BUDGETS)
    assert again is None


def test_a_clock_that_was_set_back_holds_nothing_up() -> None:
    kept, _ = spent(None, NOON, BUDGETS)
    assert spent(kept, NOON - timedelta(days=1), BUDGETS)[1] is None


@SAME
@given(st.lists(st.integers(0, 200), max_size=60).map(sorted))
def test_no_budget_is_ever_overdrawn(moments: list[int]) -> None:
    kept, taken = None, list[int]()
    for at in moments:
        kept, again = spent(kept, NOON + at * SECOND, BUDGETS)
        if again is None:
            taken.append(at)
        else:
            assert again > NOON + at * SECOND
    for budget in BUDGETS:
        for first, last in zip(taken, taken[budget.times :], strict=False):
            assert (last - first) * SECOND >= budget.period


async def test_a_store_counts_it(store: InMemoryStore | SqliteStore) -> None:
    assert await store.spend("one", NOON, BUDGETS) is None
    assert await store.spend("one", NOON, BUDGETS) == NOON + 5 * SECOND
    assert await store.spend("another", NOON, BUDGETS) is None
    assert await store.spend("one", NOON + 5 * SECOND, BUDGETS) is None


@pytest.mark.parametrize("kept", ["[]", "[1.5]"])
def test_what_was_kept_is_read(kept: str) -> None:
    assert spent(kept, NOON, BUDGETS)[1] is None
