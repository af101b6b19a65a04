"""The writer that needs no key: quotes the sources sentence by sentence, and advises and asks by rule."""
