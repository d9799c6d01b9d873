"""What is looked up in a vocabulary is what a search of all texts finds."""

from __future__ import annotations

import pytest

from flake8_fastapi_review.project.readings import Search
from flake8_fastapi_review.project.vocabulary import Vocabulary

TEXTS = {
    "a.py": b"from fastapi import Depends\ndb = Depends(get_session)\n",
    "b.py": b"async def get_session_again(x): return [*x]\n",
    "c.py": "größe = get('é')  # Déjà\n".encode(),
    "d.py": b"",
    "e.py": b"value.get (1)\r\nasync  def f(): ...",
}


@pytest.mark.parametrize(
    "words",
    [
        ("get",),
        ("get_session",),
        ("session",),
        ("Depends(",),
        (".get(", "value.get"),
        ("async def",),
        ("(",),
        ("größe",),
        ("é",),
        ("nowhere",),
        ("nowhere", "fast"),
    ],
)
def test_finds_what_a_search_finds(words: tuple[str, ...]) -> None:
    vocabulary = Vocabulary(TEXTS)
    searches = [Search(tuple(map(str.encode, words)), False)]
    if len(words) == 1 and words[0].isidentifier():
        searches.append(Search(searches[0].words, True))
    for search in searches:
        assert sorted(vocabulary.found(search)) == [path for path, text in TEXTS.items() if search.finds(text)]
