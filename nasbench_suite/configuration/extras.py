"""What to install for a launcher or sweeper whose package is missing."""

from nasbench_suite.errors import ConfigError

# by a word in the name of a configuration or of a plugin's package
_EXTRAS = {"joblib": "joblib", "submitit": "submitit", "ray": "ray", "optuna": "optuna", "sampler": "optuna"}


_NAMES = {
    "launcher": ("joblib", "submitit_local", "submitit_slurm", "ray", "ray_aws", "ray_cluster", "ray_local"),
    "sweeper": ("optuna",),
}


def installable(kind: str) -> tuple[str, ...]:
    """Lists the launchers or the sweepers that extras of ours install."""
    return _NAMES[kind]


def missing_extra(option: str, name: str) -> ConfigError:
    """Returns the complaint about an option whose package is not installed.

    Args:
        option: that was chosen, such as `hydra/launcher`.
        name: of a configuration, such as `submitit_slurm`, or of a plugin's package, such as `hydra_ray_launcher`.
    """
    extra = _extra(name)
    package = f"the package of {name}" if extra is None else f"nasbench-suite[{extra}]"
    return ConfigError(f"{option}: {name} needs a package that is not installed; pip install {package}")


def _extra(name: str) -> str | None:
    words = name.replace("/", "_").split("_")
    return next((extra for word, extra in _EXTRAS.items() if word in words), None)
