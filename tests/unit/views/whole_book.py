"""All chapters of the book of messages, and the command that writes it: `make messages`."""

from tests.unit.views import book_after, book_answers, book_cards, book_reading
from tests.unit.views.book import BOOK, Chapter, written


def chapters() -> list[Chapter]:
    """Return every chapter, in the order in which somebody new reads them."""
    return [*book_cards.chapters(), *book_after.chapters(), *book_answers.chapters(), *book_reading.chapters()]


if __name__ == "__main__":
    BOOK.write_text(written(chapters()))
