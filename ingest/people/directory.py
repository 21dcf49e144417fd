"""Looking people up by what the record calls them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

from ingest.people.draft import Draft
from ingest.people.lexicon import fold
from ingest.people.names import Name, same_given


class Directory:
    """Finds the drafts that a name can mean. An exact form goes before a nickname."""

    def __init__(self, drafts: Sequence[Draft]) -> None:
        self.drafts = drafts
        self._first: dict[str, list[Draft]] = defaultdict(list)
        self._last: dict[str, list[Draft]] = defaultdict(list)
        self._alias: dict[str, list[Draft]] = defaultdict(list)
        self._nick: dict[str, list[Draft]] = {}
        for person in drafts:
            self.learn(person)

    def learn(self, person: Draft) -> None:
        for name in person.forms():
            _file(self._first, name.first, person)
            _file(self._last, name.last, person)
            if name.last and " " in name.last:
                _file(self._last, name.last.split()[-1], person)
        for alias in person.aliases:
            _file(self._alias, fold(alias), person)
        self._nick.clear()

    def by_first(self, first: str) -> list[Draft]:
        """Everybody whose first name or alias is exactly this; else everybody of whom it is a familiar
        form.
        """
        exact = _unique([*self._alias.get(first, []), *self._first.get(first, [])])
        return exact or self._by_nickname(first)

    def _by_nickname(self, first: str) -> list[Draft]:
        if first not in self._nick:
            fits = [
                d
                for known, drafts in self._first.items()
                if same_given(known, first) not in (None, "", "the initial fits")
                for d in drafts
                if known
            ]
            self._nick[first] = _unique(fits)
        return self._nick[first]

    def called(self, first: str) -> list[Draft]:
        """Everybody whose first name is exactly this, no familiar form of it."""
        return _unique(self._first.get(first, []))

    def by_last(self, last: str) -> list[Draft]:
        return _unique(self._last.get(last, []))

    def by_name(self, name: Name) -> list[Draft]:
        """Everybody whom a name fits: first name (or a form of it) and surname, or what there is of it."""
        if not name.given:
            return self.by_last(name.last)
        if not name.surname:
            return self.by_first(name.first)
        fits = [d for d in self.by_last(name.last) if any(_fits(form, name) for form in d.forms())]
        exact = [d for d in fits if any(form.first == name.first for form in d.forms())]
        return exact or fits

    def knows_word(self, folded: str) -> bool:
        return folded in self._first or folded in self._last or folded in self._alias


def _fits(form: Name, name: Name) -> bool:
    if not form.given:
        return form.last == name.last
    return form.last.split()[-1:] == name.last.split()[-1:] and same_given(form.first, name.first) is not None


def _file(index: dict[str, list[Draft]], key: str, person: Draft) -> None:
    if key and person not in index[key]:
        index[key].append(person)


def _unique(drafts: Iterable[Draft]) -> list[Draft]:
    return list(dict.fromkeys(drafts))
