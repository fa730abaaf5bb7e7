"""PDF files into pages: PDFium for text with boxes, pypdf for structure."""

from corpus.reading.pdf.reader import read_pdf

__all__ = ["read_pdf"]
