"""The syntax of nn: from a text to a tree and back to text. The only package that uses lark, to build its tables."""

from nndsl.syntax.layout import is_complete
from nndsl.syntax.parser import parse, parse_expression
from nndsl.syntax.text import dump, to_text

__all__ = ["dump", "is_complete", "parse", "parse_expression", "to_text"]
