"""Pages into passages: on headings, paragraphs and sentences, sized in the encoder's tokens."""

from corpus.passages.rules import PassageRules, context_of, embedded_text
from corpus.passages.splitting import split_document

__all__ = ["PassageRules", "context_of", "embedded_text", "split_document"]
