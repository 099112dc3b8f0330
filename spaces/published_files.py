"""The official files of the benchmarks: those with an address of their own, and those on somebody's drive."""

from nasbench_suite.importing.published_file import PublishedFile

_BUCKET = "https://storage.googleapis.com/nasbench"
_DRIVE = "https://drive.google.com"


def _on_drive(file: str, space: str, describes: str, place: str, checksum: str) -> PublishedFile:
    name = file.split(".", 1)[0]
    return PublishedFile(name, file, space, describes, f"{_DRIVE}/{place}", direct=False, checksum=checksum)


PUBLISHED_FILES = (
    PublishedFile(
        name="nasbench_only108",
        file="nasbench_only108.tfrecord",
        space="nb101",
        describes="NAS-Bench-101, trainings of 108 epochs",
        url=f"{_BUCKET}/nasbench_only108.tfrecord",
        direct=True,
        size="499 MB",
        sha256="4c39c3936e36a85269881d659e44e61a245babcb72cb374eacacf75d0e5f4fd1",
    ),
    PublishedFile(
        name="nasbench_full",
        file="nasbench_full.tfrecord",
        space="nb101",
        describes="NAS-Bench-101, trainings of 4, 12, 36 and 108 epochs",
        url=f"{_BUCKET}/nasbench_full.tfrecord",
        direct=True,
        size="1.95 GB",
        sha256="3d64db8180fb1b0207212f9032205064312b6907a3bbc81eabea10db2f5c7e9c",
    ),
    PublishedFile(
        name="nds",
        file="nds_data.zip",
        space="nds_*",
        describes="NDS, every family",
        url="https://dl.fbaipublicfiles.com/nds/data.zip",
        direct=True,
        checksum="none; a zip file has one of each file in it",
    ),
    _on_drive(
        "NAS-Bench-201-v1_0-e61699.pth",
        "nb201",
        "NAS-Bench-201, version 1.0",
        "open?id=1SKW0Cu0u8-gb18zDpaAGi0f74UdXeGKs",
        "e61699, digits of its MD5",
    ),
    _on_drive(
        "NAS-Bench-201-v1_1-096897.pth",
        "nb201",
        "NAS-Bench-201, version 1.1",
        "file/d/16Y0UwGisiouVRxW-W5hEtbxmcHw_0hF_/view",
        "096897, digits of its MD5",
    ),
    _on_drive(
        "NATS-tss-v1_0-3ffb9.pickle.pbz2",
        "nb201",
        "NATS-Bench's topology space",
        "file/d/1vzyK0UVH2D3fTpa1_dSWnp1gvGpAxRul/view",
        "3ffb9, digits of its MD5",
    ),
    _on_drive(
        "NATS-tss-v1_0-3ffb9-simple.tar",
        "nb201",
        "NATS-Bench's topology space, a file for each architecture",
        "file/d/17_saCsj_krKjlCBLOJEpNtzPXArMCqxU/view",
        "3ffb9, digits of the MD5 of the .pickle.pbz2",
    ),
    _on_drive(
        "NATS-tss-v1_0-3ffb9-full",
        "nb201",
        "the same with the networks' parameters",
        "drive/folders/17S2Xg_rVkUul4KuJdq0WaWoUuDbo8ZKB",
        "3ffb9, digits of the MD5 of the .pickle.pbz2",
    ),
    _on_drive(
        "NATS-sss-v1_0-50262.pickle.pbz2",
        "nats_sss",
        "NATS-Bench's size space",
        "file/d/1IabIvzWeDdDAWICBzFtTCMXxYWPIOIOX/view",
        "50262, digits of its MD5",
    ),
    _on_drive(
        "NATS-sss-v1_0-50262-simple.tar",
        "nats_sss",
        "NATS-Bench's size space, a file for each architecture",
        "file/d/1scOMTUwcQhAMa_IMedp9lTzwmgqHLGgA/view",
        "50262, digits of the MD5 of the .pickle.pbz2",
    ),
)
"""Addresses and checksums as the authors' own documentation states them."""
