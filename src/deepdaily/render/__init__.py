"""An issue as text: Markdown, HTML, Atom, JSON Feed. Values in, text or bytes out; nothing is read or written."""
