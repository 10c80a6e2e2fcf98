"""The search finds what is planted, in each of its forms: else its silence would prove nothing."""

import gzip
from base64 import b64encode
from pathlib import Path

import pytest

from tests.canary.search import Search, forms, plantings

SECRET = "Тайна объекта «Ёлка-7 канарейка»"


@pytest.mark.parametrize("form", sorted(forms(SECRET)))
def test_it_finds_each_form_amid_other_bytes(form: str) -> None:
    search = Search({"annex": SECRET})
    found = [each.form for each in search.within("place", b"\x00before " + forms(SECRET)[form] + b" after\xff")]
    assert form in found


@pytest.mark.parametrize("planting", sorted(plantings(SECRET)))
def test_it_finds_each_planting(planting: str) -> None:
    search = Search({"annex": SECRET})
    assert list(search.within("place", b"before " + plantings(SECRET)[planting] + b" after"))


@pytest.mark.parametrize("shift", range(3))
def test_it_finds_a_secret_that_was_encoded_with_what_stands_around_it(shift: int) -> None:
    around = b64encode(b"x" * shift + SECRET.encode() + b"and so on")
    assert list(Search({"annex": SECRET}).within("place", around))


def test_it_looks_into_packed_bytes_and_into_names_of_files(tmp_path: Path) -> None:
    (tmp_path / "log.gz").write_bytes(gzip.compress(f"line\n{SECRET}\n".encode()))
    (tmp_path / f"{SECRET}.txt").write_bytes(b"")
    search = Search({"annex": SECRET})
    assert {each.place.removeprefix("the name of ") for each in search.within_files(tmp_path)} == {
        "log.gz",
        f"{SECRET}.txt",
    }


def test_it_is_silent_where_nothing_is_and_says_how_much_it_saw() -> None:
    search = Search({"annex": SECRET})
    assert not list(search.within("place", b"Nothing of the kind; a secret, in a sentence."))
    assert (search.places, search.bytes) == (1, 45)


def test_a_stem_spares_looking_for_each_secret_and_loses_none() -> None:
    many = {str(number): f"Тайна «Ёлка-{number:04}», канарейка" for number in range(50)}
    search = Search(many, stem="«Ёлка-")
    for form in forms(many["7"]):
        found = list(search.within("place", b"before " + forms(many["7"])[form] + b" after"))
        assert form in {each.form for each in found if each.secret == "7"}, form
