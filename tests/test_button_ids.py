import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.button_ids import LONGEST, Button, button_id, read_button_id
from conversations.session import Intent
from tests.dialogue import core

NAMES = st.from_regex(r"[a-z~][a-z0-9_-]{0,10}", fullmatch=True)
BUTTONS = st.builds(
    Button,
    st.sampled_from(Intent),
    st.just("") | NAMES,
    st.none() | NAMES,
    st.none() | st.integers(0, 2**31),
    st.none() | NAMES,
)


@given(BUTTONS)
def test_a_button_reads_back_as_it_was_written(button: Button) -> None:
    written = button_id(button)
    assert len(written) <= LONGEST
    assert read_button_id(written) == button


@given(st.text(max_size=120))
def test_whatever_comes_back_is_a_button_or_none_of_ours(text: str) -> None:
    button = read_button_id(text)
    assert button is None or button_id(button)


@pytest.mark.parametrize(
    "odd", ["", "answer", "answer:a:1:b", "answer:a:-1:b:c", "answer:a:²:b:c", "drop:a:1:b:c", "answer:a:1:b:c:d"]
)
def test_what_is_none_of_ours_is_no_button(odd: str) -> None:
    assert read_button_id(odd) is None


def test_what_could_not_be_read_again_is_not_written() -> None:
    with pytest.raises(ValueError, match="no button id"):
        button_id(Button(Intent.SHARE, "a:b"))
    with pytest.raises(ValueError, match="no button id"):
        button_id(Button(Intent.SHARE, "a" * LONGEST))


def test_the_longest_names_that_a_pack_may_have_fit() -> None:
    longest = Button(Intent.ANSWER, "c" * 40, "profile", 99_999, "s" * 40)
    assert read_button_id(button_id(longest)) == Button(Intent.ANSWER, "c" * 40, "profile", 99_999)


def test_every_choice_of_the_core_pack_has_a_button() -> None:
    for step in core().steps:
        for choice in step.choice_ids:
            button_id(Button(Intent.ANSWER, choice, "abc234", 99_999, step.id))
