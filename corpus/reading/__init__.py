"""Files into pages: PDF, HTML, DOCX, text and Markdown, evidence records."""
