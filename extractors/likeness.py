"""The looks of short texts as recognisers give them: their bare letters, their case, how alike two of them are."""

from pipeline.text import clean, fold


def letters_of(text: str) -> str:
    """The folded letters and digits of a text without anything between them, as OCR joins and parts words."""
    return "".join(character for character in fold(clean(text)) if character.isalnum())


def is_capitals(text: str, *, least: float = 0.8) -> bool:
    """Whether a text has two letters or more, nearly all of them capitals; recognisers mistake a few."""
    letters = [character for character in text if character.isalpha()]
    return len(letters) > 1 and sum(map(str.isupper, letters)) >= least * len(letters)


def distance(first: str, second: str, limit: int) -> int | None:
    """The least number of letters to change, add or leave out, or None where it is more than `limit`.

    The limit keeps comparing with many names quick.
    """
    if abs(len(first) - len(second)) > limit:
        return None
    beyond = limit + 1
    row = [min(column, beyond) for column in range(len(second) + 1)]
    for i, letter in enumerate(first, start=1):
        above, row = row, [min(i, beyond)] + [beyond] * len(second)
        for j in range(max(1, i - limit), min(len(second), i + limit) + 1):
            changed = above[j - 1] + (letter != second[j - 1])
            row[j] = min(changed, above[j] + 1, row[j - 1] + 1, beyond)
        if min(row) > limit:
            return None
    return row[-1] if row[-1] <= limit else None
