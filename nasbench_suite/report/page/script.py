"""The charting library: Vega-Lite with what it needs, as the one script that vl-convert ships."""

from functools import cache
from importlib.metadata import version

from nasbench_suite.atomic_write import atomic_write
from nasbench_suite.folders import home

_SNIPPET = "window.vegaEmbed = vegaEmbed;"


@cache
def charting_library() -> str:
    """Returns the script, which defines `vegaEmbed`.

    To put it together takes seconds, so it is kept in the user's folder, a file per version of vl-convert; where that
    cannot be written, it is put together each time.
    """
    path = home() / "scripts" / f"vega-{version('vl-convert-python')}.js"
    try:
        return path.read_text(encoding="utf-8")
    except OSError:
        from vl_convert import javascript_bundle

        script = javascript_bundle(_SNIPPET)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        atomic_write(path, script.encode())
    except OSError:
        return script
    return script
