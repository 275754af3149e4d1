import pytest

from voiceprep.text.english import find_foreign

ENGLISH = ["The harbour was quiet when the boats came home.", "She sat with them by the wall."]


def test_english_is_told_by_its_commonest_words():
    assert find_foreign(ENGLISH) == ""


@pytest.mark.parametrize(
    "text",
    [
        "Le chat dort sur la table et le chien regarde par la porte de la maison.",
        "Der Hund schläft unter dem Tisch, und die Katze sitzt auf dem Stuhl am Fenster.",
        "De hond ligt op de mat en we gaan of lopen naar de markt, is het niet zo.",
        "El perro duerme en la casa y el gato mira por la ventana de la cocina.",
        "Il cane dorme nella casa e il gatto guarda dalla finestra della cucina.",
        "To jest dom, a to jest nasz pies, kot i to drzewo za domem.",
        "Собака спит в доме, а кошка смотрит в окно, и на дворе идёт снег.",
        "one two three four five six seven eight nine ten eleven twelve",
        "The dog.",
        "",
    ],
)
def test_what_may_be_another_language_is_not_english(text):
    assert find_foreign([text])
