"""The networks of `extractors.mark_shapes`: invented header zones, training, export.

    pip install torch onnx     # into an environment beside the locked one: nothing that runs needs them
    python -m samples.training.secrecy_marks.invent FOLDER --headers 2000
    python -m samples.training.secrecy_marks.train_finder FOLDER --steps 2500
    python -m samples.training.secrecy_marks.train_judge FOLDER --steps 2500
    python -m samples.training.secrecy_marks.export FOLDER

Nothing here shares pages, stamps or ways of scanning with `samples.generator`, on whose pages the networks are
measured. The weights that are shipped came from such runs of a first draft: the finder 2,500 steps on 3,200 headers,
the judge 2,000 on 1,800, without print laid over the stamps. Training is not the same twice.

Founts: the Debian packages `fonts-liberation2` and `fonts-dejavu-core`.
"""
