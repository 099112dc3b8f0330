"""Known as `nasbench_suite.spaces`; the folder lives at the root so that people find it."""

if __name__ != "nasbench_suite.spaces":
    raise ImportError(f"import nasbench_suite.spaces, not {__name__}")

# Found by name without a look at the installed packages, which costs more than opening a table. Third parties
# register theirs as entry points of the group `nasbench_suite.spaces`.
SPACES = {
    "nb101": "nasbench_suite.spaces.nb101:NB101",
    "nb201": "nasbench_suite.spaces.nb201:NB201",
    "nats_sss": "nasbench_suite.spaces.nats_sss:NATSSizeSpace",
    "nb_macro": "nasbench_suite.spaces.nb_macro:NBMacro",
    "nds_resnet": "nasbench_suite.spaces.nds:NDSResNet",
    "nds_resnet_b": "nasbench_suite.spaces.nds:NDSResNetB",
    "nds_resnext_a": "nasbench_suite.spaces.nds:NDSResNeXtA",
    "nds_resnext_b": "nasbench_suite.spaces.nds:NDSResNeXtB",
    "nds_vanilla": "nasbench_suite.spaces.nds:NDSVanilla",
    "nds_nasnet": "nasbench_suite.spaces.nds:NDSNASNet",
    "nds_amoeba": "nasbench_suite.spaces.nds:NDSAmoeba",
    "nds_pnas": "nasbench_suite.spaces.nds:NDSPNAS",
    "nds_enas": "nasbench_suite.spaces.nds:NDSENAS",
    "nds_darts": "nasbench_suite.spaces.nds:NDSDARTS",
}

# The readers of their files, as functions of the space; those of third parties are entry points of the group
# `nasbench_suite.importers`, under the space's name.
IMPORTERS = {name: f"{place.partition(':')[0]}.importers:importers" for name, place in SPACES.items()}

# The readers of figures that others published for a space's architectures, as functions of the space; those of third
# parties are entry points of the group `nasbench_suite.column_readers`, under the space's name.
COLUMN_READERS = {"nb201": "nasbench_suite.spaces.nb201.column_readers:column_readers"}
