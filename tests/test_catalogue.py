"""Sentences by their address: what fills them, and what never can."""

from datetime import date

import pytest

from conversations.catalogue import (
    Catalogue,
    Phrase,
    day,
    language_for,
    phrase,
    placeholders,
    plural_categories,
)

ENGLISH: dict[str, str | tuple[str, ...]] = {
    "plain": "Nothing to fill.",
    "noted": "{name}: {answer}",
    "list.separator": "; ",
    "weeks.one": "1 week",
    "weeks.other": "{n} weeks",
    "count": "Counted {n}.",
    "count.one": "never read",
    "only.one": "one of them",
    "words.no": ("no", "n"),
    "words.single": "single",
}
CATALOGUE = Catalogue({"en": ENGLISH, "xx": {"noted": "{answer} <- {name}", "list.separator": " | "}})


def text(said: Phrase | str, language: str = "en") -> str:
    return CATALOGUE.text(said, language)


def test_what_is_text_already_stays_as_it_is() -> None:
    assert text("{name} & {answer.__class__}") == "{name} & {answer.__class__}"


def test_a_sentence_is_filled_by_name() -> None:
    assert text(phrase("plain")) == "Nothing to fill."
    assert text(phrase("noted", name="Team", answer="Acme")) == "Team: Acme"
    assert text(phrase("noted", name="Team", answer="Acme"), "xx") == "Acme <- Team"


def test_a_filling_may_be_a_phrase_that_is_filled_itself() -> None:
    inner = phrase("noted", name=phrase("weeks", n=2), answer=phrase("plain"))
    assert text(phrase("noted", name="a", answer=inner)) == "a: 2 weeks: Nothing to fill."


def test_several_fillings_are_listed_as_the_language_lists_them() -> None:
    items = ("a", phrase("noted", name="b", answer="c"), "d")
    assert text(phrase("noted", name="x", answer=items)) == "x: a; b: c; d"
    assert text(phrase("noted", name="x", answer=items), "xx") == "a | c <- b | d <- x"
    assert text(phrase("noted", name="x", answer=())) == "x: "


@pytest.mark.parametrize(
    ("number", "shown"),
    [(1, "1 week"), (1.0, "1 week"), (0, "0 weeks"), (2, "2 weeks"), (2.5, "2.5 weeks"), (12.0, "12 weeks")],
)
def test_a_sentence_that_depends_on_a_count_has_two_forms(number: float, shown: str) -> None:
    assert text(phrase("weeks", n=number)) == shown


def test_a_sentence_without_forms_is_the_same_for_every_count() -> None:
    assert [text(phrase("count", n=number)) for number in (1, 2)] == ["Counted 1.", "Counted 2."]


@pytest.mark.parametrize(("number", "shown"), [(10000, "10000"), (9999.75, "9999.75"), (-3, "-3"), (0.5, "0.5")])
def test_numbers_are_shown_as_people_write_them(number: float, shown: str) -> None:
    assert text(phrase("count", n=number)) == f"Counted {shown}."


@pytest.mark.parametrize(
    "odd", ["{name.__class__}", "{name[0]}", "{name!r}", "{name:>9}", "{0}", "{}", "{Name}", "{ name }"]
)
def test_a_placeholder_reaches_no_attribute_no_index_and_no_format(odd: str) -> None:
    catalogue = Catalogue({"en": {"odd": f"before {odd} after"}})
    assert catalogue.text(phrase("odd", name="secret"), "en") == f"before {odd} after"
    assert placeholders(odd) == frozenset()


def test_what_a_person_wrote_is_never_read_as_a_sentence_of_ours() -> None:
    assert text(phrase("noted", name="{answer}", answer="{name} {missing}")) == "{answer}: {name} {missing}"


@pytest.mark.parametrize(
    "missing",
    [
        phrase("nowhere"),
        phrase("weeks"),
        phrase("only", n=2),
        phrase("words.no"),
        phrase("noted", name="x"),
        phrase("noted", name="x", answer=phrase("nowhere")),
        phrase("noted", name="x", answer=("a", phrase("nowhere"))),
    ],
)
def test_a_sentence_or_a_filling_that_is_missing_is_an_error(missing: Phrase) -> None:
    with pytest.raises(KeyError):
        text(missing)


def test_the_error_says_which_sentence_is_missing_in_which_language() -> None:
    with pytest.raises(KeyError, match="xx: no sentence weeks"):
        text(phrase("weeks", n=1), "xx")


def test_english_stands_in_for_a_language_that_nobody_wrote() -> None:
    assert text(phrase("weeks", n=2), "tlh") == "2 weeks"
    assert CATALOGUE.words("words.no", "tlh") == ("no", "n")


def test_without_english_either_it_is_an_error() -> None:
    with pytest.raises(KeyError):
        Catalogue({"xx": {"plain": "x"}}).text(phrase("plain"), "tlh")


@pytest.mark.parametrize(
    ("number", "shown"),
    [(1, "1 неделя"), (21, "21 неделя"), (3, "3 недели"), (5, "5 недель"), (11, "11 недель"), (2.5, "2,5 недели")],
)
def test_a_sentence_has_a_form_for_each_count_that_the_language_tells_apart(number: float, shown: str) -> None:
    forms = {"one": "{n} неделя", "few": "{n} недели", "many": "{n} недель", "other": "{n} недели"}
    catalogue = Catalogue({"ru": {f"weeks.{form}": text for form, text in forms.items()}})
    assert catalogue.text(phrase("weeks", n=number), "ru") == shown
    assert plural_categories("ru") == set(forms)


@pytest.mark.parametrize("number", [0, 1, 2, 2.5])
def test_a_language_without_plurals_needs_one_form(number: float) -> None:
    catalogue = Catalogue({"zh": {"weeks.other": "{n} 周"}})
    assert catalogue.text(phrase("weeks", n=number), "zh") == f"{number} 周"
    assert plural_categories("zh") == {"other"}


@pytest.mark.parametrize(
    ("language", "long", "short"),
    [
        ("en", "March 2, 2026", "Mar 2, 2026"),
        ("zh", "2026年3月2日", "2026年3月2日"),
        ("de", "2. März 2026", "02.03.2026"),
        ("tlh", "March 2, 2026", "Mar 2, 2026"),
    ],
)
def test_a_day_is_written_as_the_language_writes_it(language: str, long: str, short: str) -> None:
    catalogue = Catalogue({language: {"on": "{date}"}})
    assert catalogue.text(phrase("on", date=date(2026, 3, 2)), language) == long
    assert day(date(2026, 3, 2), language, short=True) == short


@pytest.mark.parametrize(
    ("tag", "language"),
    [
        *((tag, "zh") for tag in ("zh", "ZH", "zh-TW", "zh-HK", "zh-Hans-CN", "zh_CN.UTF-8", "zh_CN.UTF-8@pinyin")),
        *((tag, "pt-BR") for tag in ("pt-BR", "pt_BR", "pt-br", "pt_BR.utf8")),
        *((tag, "en") for tag in ("en", "en_GB.UTF-8", "pt", "de-DE", "C.UTF-8", "POSIX", "", "zhx", "-", "zh zh")),
    ],
)
def test_the_language_of_a_platform_is_one_of_ours_or_english(tag: str, language: str) -> None:
    assert language_for(tag, ("en", "pt-BR", "zh")) == language


def test_nobody_is_spoken_to_in_a_language_that_is_not_there() -> None:
    assert language_for("zh-CN", ("en",)) == "en"


def test_words_are_a_list_even_where_there_is_one_or_none() -> None:
    assert CATALOGUE.words("words.no", "en") == ("no", "n")
    assert CATALOGUE.words("words.single", "en") == ("single",)
    assert CATALOGUE.words("words.nowhere", "en") == ()
    assert CATALOGUE.words("words.no", "xx") == ()


def test_the_placeholders_of_a_sentence_are_found_once_each() -> None:
    assert placeholders("{low} to {high}, or {low}") == {"low", "high"}
    assert placeholders("none") == frozenset()
