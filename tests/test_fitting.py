from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from adapters.fitting import clipped, split, together


@given(st.text(max_size=300), st.integers(5, 60))
def test_nothing_but_space_at_the_borders_is_lost_when_a_text_is_split(text: str, limit: int) -> None:
    parts = list(split(text, limit))
    assert all(len(part) <= limit for part in parts)
    assert all(parts)
    assert "".join("".join(parts).split()) == "".join(text.split())


def test_a_text_is_split_where_it_hurts_least() -> None:
    assert list(split("one two three\n\nfour five six", 20)) == ["one two three", "four five six"]
    assert list(split("One two three. Four five six.", 20)) == ["One two three.", "Four five six."]
    assert list(split("一二三四五。六七八九十。", 9)) == ["一二三四五。", "六七八九十。"]
    assert list(split("x" * 25, 10)) == ["x" * 10, "x" * 10, "x" * 5]
    assert list(split("", 10)) == []
    assert list(split(" " * 25, 10)) == []


def test_a_label_is_shortened_with_a_mark() -> None:
    assert clipped("abcdef", 6) == "abcdef"
    assert clipped("abcdefg", 6) == "abcde…"


@given(st.lists(st.integers(0, 12), max_size=30), st.integers(1, 5), st.integers(5, 20))
def test_pieces_are_put_together_in_order_and_within_both_limits(pieces: list[int], most: int, largest: int) -> None:
    groups = list(together(pieces, lambda piece: piece, most, largest))
    assert [piece for group in groups for piece in group] == pieces
    assert all(len(group) == 1 or (len(group) <= most and sum(group) <= largest) for group in groups)
    for group, after in pairwise(groups):
        assert len(group) == most or sum(group) + after[0] > largest
