"""The matrix of what each dialect supports is the code's own."""

from tests import support_docs


def test_the_page_is_up_to_date() -> None:
    assert support_docs.PAGE.read_text("utf-8") == support_docs.page()
