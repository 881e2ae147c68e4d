"""Which language a message is in, and whether that is sure enough to change the conversation's."""

from __future__ import annotations

import pytest

from bot.identification import identify
from bot.text import clean
from tests.rasa.conftest import Understand

SENTENCES = {
    "nl": "Ik zoek een veilige plek om vannacht te slapen",
    "fr": "Je cherche un endroit sûr pour dormir cette nuit",
    "en": "I am looking for a safe place to sleep tonight",
    "de": "Ich brauche einen sicheren Ort für heute Nacht",
    "es": "Necesito un lugar seguro para dormir esta noche",
    "pt": "Preciso de um lugar seguro para dormir esta noite",
    "it": "Ho bisogno di un posto sicuro per stanotte",
    "ro": "Am nevoie de un loc sigur în noaptea asta",
    "bg": "Имам нужда от безопасно място за тази нощ",
    "pl": "Potrzebuję bezpiecznego miejsca na dzisiejszą noc",
    "hu": "Biztonságos helyre van szükségem ma éjszakára",
    "sq": "Kam nevojë për një vend të sigurt sonte",
    "ru": "Мне нужно безопасное место на эту ночь",
    "uk": "Мені потрібне безпечне місце на цю ніч",
    "tr": "Bu gece güvenli bir yere ihtiyacım var",
    "ar": "أحتاج إلى مكان آمن هذه الليلة",
    "fa": "امشب به یک جای امن نیاز دارم",
    "ps": "زه نن شپه خوندي ځای ته اړتیا لرم",
    "ur": "مجھے آج رات ایک محفوظ جگہ چاہیے",
    "pa": "ਮੈਨੂੰ ਅੱਜ ਰਾਤ ਇੱਕ ਸੁਰੱਖਿਅਤ ਥਾਂ ਚਾਹੀਦੀ ਹੈ",
    "hi": "मुझे आज रात एक सुरक्षित जगह चाहिए",
    "bn": "আজ রাতে আমার একটা নিরাপদ জায়গা দরকার",
    "vi": "Tôi cần một nơi an toàn đêm nay",
    "zh": "我今晚需要一个安全的地方",
    "th": "คืนนี้ฉันต้องการที่ปลอดภัย",
    "tl": "Kailangan ko ng ligtas na lugar ngayong gabi",
    "ti": "ሎሚ ለይቲ ውሑስ ቦታ የድልየኒ",
    "am": "ዛሬ ማታ ደህና ቦታ እፈልጋለሁ",
    "so": "Caawa waxaan u baahanahay meel ammaan ah",
}


@pytest.mark.parametrize("code", SENTENCES)
def test_a_whole_sentence_is_recognised_surely(code: str) -> None:
    found = identify(SENTENCES[code])

    assert (found.code, found.is_sure) == (code, True)


@pytest.mark.parametrize("text", ["ok", "ja", "bank", "merci", "salut", "hello", "nee", "help", "Gare"])
def test_a_short_word_never_decides_the_language(text: str) -> None:
    assert not identify(text).is_sure


@pytest.mark.parametrize("text", ["", "1070", "😭😭", "?!", "\u200f", "https://1.2", "\x00"])
def test_without_words_no_language_is_sure(text: str) -> None:
    assert not identify(clean(text)).is_sure


def test_names_of_places_do_not_turn_a_script_into_a_language() -> None:
    assert identify("мне нужна помощь в Molenbeek сегодня ночью").code == "ru"


@pytest.mark.parametrize(
    "text",
    ["πού μπορώ να κοιμηθώ απόψε", "איפה אני יכול לישון הלילה", "სად შემიძლია დაძინება", "今夜はどこで寝られますか"],
)
def test_a_script_of_no_supported_language_is_surely_another_language(text: str) -> None:
    found = identify(clean(text))

    assert (found.code, found.is_sure) == (None, True)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("mujhe aaj raat sone ki jagah chahiye, mere paas paise nahi hain", "hi ur"),
        ("ana f bruxelles w ma3ndi fin n3es had lila", "ar"),
        ("nqmam kyde da spq tazi nosht molq pomognete", "bg"),
        ("em can cho ngu toi nay em khong co tien", "vi"),
        ("man emshab jaye khab nadaram komakam konid", "fa"),
    ],
)
def test_languages_in_letters_that_are_not_theirs_are_recognised(understand: Understand, text: str, code: str) -> None:
    assert understand(text)["language"]["code"] in code.split()


@pytest.mark.parametrize("text", ["ok", "ja", "merci", "salut", "hello", "nee", "help", "si", "no", "da"])
def test_a_short_word_never_decides_the_language_of_the_trained_model_either(understand: Understand, text: str) -> None:
    assert not understand(text)["language"]["is_sure"]
