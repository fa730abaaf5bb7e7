"""PDF files into pages, and pages into pictures: PDFium for both, pypdf for structure."""
