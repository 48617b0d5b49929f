"""The networks of `extractors.mark_shapes`: invented header zones, training, export.

    pip install torch onnx     # into an environment beside the locked one: nothing that runs needs them
    python -m samples.training.secrecy_marks.invent FOLDER --headers 2000
    python -m samples.training.secrecy_marks.train_finder FOLDER --steps 2500
    python -m samples.training.secrecy_marks.train_judge FOLDER --steps 2500
    python -m samples.training.secrecy_marks.export FOLDER

Nothing here shares pages, stamps or ways of scanning with `samples.generator`, on whose pages the networks are
measured.
Founts: the Debian packages `fonts-liberation2` and `fonts-dejavu-core`.
"""
