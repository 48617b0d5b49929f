"""A small fictional archive with its truth: documents, organisation, expected answers.

`samples/documents/` holds scans, photocopies and born-digital files of an invented province, `truth.json` what each of
them says and who may read it, `organisation.yaml` the units and people, `queries.json` some questions with their
answers. `samples.generator` makes them and can make more; it runs from a checkout and is never installed with the
product. Everybody and everything in it is invented.
"""
