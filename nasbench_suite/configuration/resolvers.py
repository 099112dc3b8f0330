"""What our configuration files compute: values that depend on the data set or on who named the budget."""

from typing import Any

from omegaconf import Container, OmegaConf

from nasbench_suite.errors import ConfigError


def register() -> None:
    """Registers the resolvers; to be called before a configuration is resolved, any number of times."""
    OmegaConf.register_new_resolver("on_dataset", _on_dataset, replace=True)
    OmegaConf.register_new_resolver("in_protocol_seconds", _in_protocol_seconds, replace=True)
    OmegaConf.register_new_resolver("either", _either, replace=True)


def _on_dataset(values: dict[str, Any], *, _root_: Container) -> Any:
    """Returns the value of the data set that is searched: `${on_dataset:{cifar10:20000,cifar100:40000}}`."""
    dataset = OmegaConf.select(_root_, "dataset")
    if dataset not in values:
        name = OmegaConf.select(_root_, "protocol.name")
        raise ConfigError(f"dataset: expected one that protocol {name} is for ({', '.join(values)}), got {dataset!r}")
    return values[dataset]


def _in_protocol_seconds(value: Any, *, _root_: Container) -> Any:
    """Returns the value where the budget's seconds are the protocol's own, and 0 where somebody named others."""
    seconds = OmegaConf.select(_root_, "budget.seconds")
    return value if seconds == OmegaConf.select(_root_, "protocol.seconds") else 0


def _either(first: Any, second: Any) -> Any:
    """Returns the first value, or the second where the first is null."""
    return second if first is None else first
