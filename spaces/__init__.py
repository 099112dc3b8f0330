"""Known as `nasbench_suite.spaces`; the folder lives at the root so that people find it."""

if __name__ != "nasbench_suite.spaces":
    raise ImportError(f"import nasbench_suite.spaces, not {__name__}")

# Found by name without a look at the installed packages, which costs more than opening a table. Third parties
# register theirs as entry points of the group `nasbench_suite.spaces`.
SPACES = {
    "nb101": "nasbench_suite.spaces.nb101:NB101",
    "nb201": "nasbench_suite.spaces.nb201:NB201",
    "nds_resnet": "nasbench_suite.spaces.nds:ResNet",
    "nds_resnet_b": "nasbench_suite.spaces.nds:ResNetB",
    "nds_resnext_a": "nasbench_suite.spaces.nds:ResNeXtA",
    "nds_resnext_b": "nasbench_suite.spaces.nds:ResNeXtB",
    "nds_vanilla": "nasbench_suite.spaces.nds:Vanilla",
    "nds_nasnet": "nasbench_suite.spaces.nds:NASNet",
    "nds_amoeba": "nasbench_suite.spaces.nds:Amoeba",
    "nds_pnas": "nasbench_suite.spaces.nds:PNAS",
    "nds_enas": "nasbench_suite.spaces.nds:ENAS",
    "nds_darts": "nasbench_suite.spaces.nds:DARTS",
}

# The readers of their files, as functions of the space; those of third parties are entry points of the group
# `nasbench_suite.importers`, under the space's name.
IMPORTERS = {name: f"nasbench_suite.spaces.{name.partition('_')[0]}.importers:importers" for name in SPACES}
