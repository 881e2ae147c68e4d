"""Places, ages and names of languages that people mention."""

from __future__ import annotations

from typing import Optional

import pytest
import yaml

from bot.nlu.age import says_under_18
from bot.nlu.language_names import find_language, is_only_a_language
from bot.nlu.places import PLACES_FILE, find_place, gazetteer
from bot.text import clean

PLACES = yaml.safe_load(PLACES_FILE.read_text(encoding="utf-8"))["places"]


def place(text: str) -> Optional[str]:
    found = find_place(clean(text))
    return found.place_id if found else None


def test_every_name_and_spelling_in_the_list_is_found() -> None:
    names, _ = gazetteer()
    for entry in PLACES:
        fields = (
            entry["names"].values(),
            *(entry.get(f) or [] for f in ("other_spellings", "arabic", "cyrillic", "other_scripts")),
        )
        for spelling in (s for field in fields for s in field):
            assert place(spelling.split("(")[0]) in names.values(), spelling


def test_every_postcode_alone_is_found() -> None:
    _, postcodes = gazetteer()
    for postcode, place_id in postcodes.items():
        assert place(postcode) == place_id


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        *(("i live in molenbek", "molenbeek"), ("schaarbeek", "schaerbeek"), ("je dors à Etterbeck", "etterbeek")),
        *(("St-Jans-Molenbeek", "molenbeek"), ("ANDERLECHT!!", "anderlecht"), ("andrelecht", "anderlecht")),
        *(("bruxel", "bruxelles-ville"), ("أنا في أندرلخت", "anderlecht"), ("اندرلخت", "anderlecht")),
        *(("я в Моленбек", "molenbeek"), ("ik ben in Luik", "liege"), ("near 1080 please", "molenbeek")),
        *(("mon code postal est 1030", "schaerbeek"), ("forest 1190", "forest"), ("1000 bruxelles", "bruxelles-ville")),
        *(("je suis à forest", "forest"), ("forest", "forest"), ("j'habite à Jette", "jette")),
    ],
)
def test_places_are_found_in_many_spellings(text: str, expected: str) -> None:
    assert place(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        *(
            "1000 euro",
            "I owe them 1000 euro",
            "je dois 1000 euros",
            "€ 1000",
            "1000€",
            "he promised 1800 and gave 500",
        ),
        *("i owe them 4000", "le passeur demande 3000 pour la traversée", "ze zeggen dat ik nog 3000 moet betalen"),
        *("i came in 2018 with a friend", "since 2020", "i earn 1500 a month"),
        *("we had to walk through the forest at night", "i sleep in the forest", "te voet over de bergen"),
        *("il me jette dehors", "il m'a jeté par terre", "je vais tomber", "il les dépanne", "hello", ""),
    ],
)
def test_amounts_years_and_ordinary_words_are_no_places(text: str) -> None:
    assert place(text) is None


def test_only_a_text_that_says_nothing_else_is_a_whole_mention() -> None:
    bare, in_a_sentence = find_place("in molenbeek"), find_place("my boss in molenbeek does not pay me")

    assert bare is not None and bare.is_whole
    assert in_a_sentence is not None and not in_a_sentence.is_whole


@pytest.mark.parametrize(
    "text",
    [
        *("I'm 15", "i am only 12", "im fifteen", "i have 16 years", "my age is 16", "she is 14", "i am 17 years old"),
        *("j'ai quinze ans", "j’ai 16 ans", "je n'ai que 12 ans", "jai 17 ans", "elle a 13 ans", "je suis mineure"),
        *("ik ben 17", "ik ben nog maar 15", "ik ben dertien", "kben 16", "ze is 15 jaar", "ik ben minderjarig"),
        *("he's 24 im 15", "i'm under 18", "they wrote that i'm 19 but i'm 15"),
    ],
)
def test_somebody_under_18_is_recognised(text: str) -> None:
    assert says_under_18(text) is True


@pytest.mark.parametrize("text", ["I'm 25", "i am 40 years old", "j'ai 30 ans", "ik ben 18", "ik ben 52 jaar"])
def test_somebody_grown_up_is_recognised(text: str) -> None:
    assert says_under_18(text) is False


@pytest.mark.parametrize(
    "text",
    [
        *("I have worked 15 years", "i am 15 years in Belgium", "we are 5 men", "we are 14 workers", "he's 25"),
        *("i'm 10 minutes away", "i am 8 months pregnant", "i was forced when i was 12 years old"),
        *("j'ai 15 ans de métier", "il a quinze ans de plus", "depuis 15 ans", "j'ai travaillé 15 ans"),
        *("ik ben 15 jaar in België", "ik ben ten einde raad", "ik werk hier 15 jaar", "hello", ""),
    ],
)
def test_other_numbers_are_no_ages(text: str) -> None:
    assert says_under_18(text) is None


@pytest.mark.parametrize(
    ("text", "code"),
    [
        *(("can we speak Arabic", "ar"), ("je veux parler arabe", "ar"), ("kan dit in het Arabisch", "ar")),
        *(("العربية", "ar"), ("Türkçe", "tr"), ("русский", "ru"), ("українською or українська", "uk"), ("हिन्दी", "hi")),
        *(("ਪੰਜਾਬੀ", "pa"), ("বাংলা", "bn"), ("ትግርኛ", "ti"), ("Soomaali", "so"), ("tagalog", "tl"), ("darija", "ar")),
        *(("farsi", "fa"), ("vlaams", "nl"), ("moldovan", "ro"), ("Tiếng Việt", "vi"), ("shqip", "sq")),
    ],
)
def test_names_of_languages_are_found(text: str, code: str) -> None:
    assert find_language(clean(text)) == code


@pytest.mark.parametrize(
    "text",
    [
        *("hello", "where can i sleep", "", "ਮੈਨੂੰ ਅੱਜ ਰਾਤ ਇੱਕ ਸੁਰੱਖਿਅਤ ਥਾਂ ਚਾਹੀਦੀ ਹੈ", "मुझे आज रात एक सुरक्षित जगह चाहिए"),
        *("আজ রাতে আমার একটা নিরাপদ জায়গা দরকার", "ben bugün aç kaldım"),
    ],
)
def test_sentences_that_name_no_language_name_none(text: str) -> None:
    assert find_language(clean(text)) is None


def test_only_a_bare_name_is_a_wish() -> None:
    assert is_only_a_language("arabic please")
    assert not is_only_a_language("my boss speaks arabic")
    assert not is_only_a_language("please")
