"""A page of HTML taken apart by the standard library's parser."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser

_VOID = {"meta", "br", "img", "link", "input", "hr"}
Attributes = dict[str, str | None]


@dataclass
class Page(HTMLParser):
    """What stands in a page.

    Attributes
    ----------
    elements : tags with their attributes, in the order of the page.
    text_of : all text inside of each element that has an id.
    unclosed : tags that were opened or closed without the other.
    """

    html: str
    elements: list[tuple[str, Attributes]] = field(default_factory=list)
    text_of: dict[str, str] = field(default_factory=dict)
    unclosed: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._open: list[tuple[str, str | None]] = []
        self.feed(self.html)
        self.close()
        self.unclosed += [tag for tag, _ in self._open]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in _VOID:
            self._open.append((tag, dict(attrs).get("id")))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        if self._open and self._open[-1][0] == tag:
            self._open.pop()
        else:
            self.unclosed.append(tag)

    def handle_data(self, data: str) -> None:
        for _, name in self._open:
            if name is not None:
                self.text_of[name] = self.text_of.get(name, "") + data

    def tags(self) -> set[str]:
        return {tag for tag, _ in self.elements}

    def of(self, tag: str) -> Iterator[Attributes]:
        """The attributes of every element of a tag."""
        return (attributes for name, attributes in self.elements if name == tag)
