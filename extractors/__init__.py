"""Page bytes to facts: words, kind, fields, references, secrecy marks. Knows neither store nor index."""
