"""GraphQL: what each operation that our runs, sweeps and workspaces need is answered with."""

import json
from collections.abc import Callable
from itertools import product
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import yaml

from wandb_server.records import Artifact, Run, Sweep, View

if TYPE_CHECKING:
    from wandb_server.server import Server

Variables = dict[str, Any]


def viewer(server: "Server", _: Variables) -> Any:
    me = {"id": "1", "entity": server.ENTITY, "username": server.ENTITY, "email": None, "flags": "{}"}
    return {"viewer": {**me, "teams": {"edges": []}}}


def upsert_bucket(server: "Server", given: Variables) -> Any:
    runs = server.project(given["project"], given["entity"]).runs
    inserted = given["name"] not in runs
    run = server.run(given["project"], given["name"], given["entity"])
    run.update(given)
    return {"upsertBucket": {"bucket": bucket(run), "inserted": inserted}}


def bucket(run: Run) -> dict[str, Any]:
    return {
        "id": run.name,
        "name": run.name,
        "displayName": run.sent.get("displayName"),
        "description": None,
        "config": json.dumps({key: {"value": value} for key, value in run.config.items()}),
        "sweepName": run.sent.get("sweep"),
        "project": _project(run.project, run.entity),
        "historyLineCount": 0,  # no run goes on: what is begun again under its id is written over, as W&B says
    }


def _project(name: str, entity: str) -> dict[str, Any]:
    return {"id": name, "name": name, "entity": {"id": entity, "name": entity}}


def create_run_files(server: "Server", given: Variables) -> Any:
    place = f"{server.url}/upload/{given['entity']}/{given['project']}/{given['run']}"
    files = [{"name": name, "uploadUrl": f"{place}/{name}"} for name in given["files"]]
    return {"createRunFiles": {"runID": given["run"], "uploadHeaders": [], "files": files}}


def no_organization(server: "Server", _: Variables) -> Any:
    return {"entity": {"organization": None}}


def server_features(server: "Server", _: Variables) -> Any:
    return {"serverInfo": {"features": []}}


def artifact_type(server: "Server", given: Variables) -> Any:
    known = server.project(given["project"], given["entity"]).artifacts.get(given["name"].partition(":")[0])
    return {"project": {"artifact": None if known is None else {"artifactType": {"name": known.kind}}}}


def create_artifact(server: "Server", given: Variables) -> Any:
    """Takes an artifact; one of a content that is there already is not asked for again."""
    asked = given["input"]
    artifacts = server.project(asked["projectName"], asked["entityName"]).artifacts
    name, digest = asked["artifactCollectionName"], asked["digest"]
    artifact = artifacts.setdefault(name, Artifact(name, asked["artifactTypeName"]))
    there = digest in artifact.versions
    if not there:
        artifact.versions[digest] = json.loads(asked["metadata"] or "{}")
        artifact.runs[digest] = asked["runName"]
    described = {
        "id": f"{asked['entityName']}/{asked['projectName']}/{name}:{digest}",
        "state": "COMMITTED" if there else "PENDING",
    }
    return {"createArtifact": {"artifact": {**described, "artifactSequence": {"latestArtifact": None}}}}


def create_manifest(server: "Server", given: Variables) -> Any:
    file = {"id": "manifest", **_upload(server, given["artifactID"], given["name"])}
    return {"createArtifactManifest": {"artifactManifest": {"id": given["artifactID"], "file": file}}}


def update_manifest(server: "Server", given: Variables) -> Any:
    file = {"id": "manifest", **_upload(server, given["artifactManifestID"], "wandb_manifest.json")}
    return {"updateArtifactManifest": {"artifactManifest": {"file": file}}}


def create_artifact_files(server: "Server", given: Variables) -> Any:
    nodes = [
        {
            "storagePath": file["name"],
            **_upload(server, file["artifactID"], file["name"]),
            "uploadMultipartUrls": None,
            "artifact": {"id": file["artifactID"]},
        }
        for file in given["input"]["artifactFiles"]
    ]
    return {"createArtifactFiles": {"files": {"edges": [{"node": node} for node in nodes]}}}


def _upload(server: "Server", artifact: str, path: str) -> dict[str, Any]:
    return {"uploadUrl": f"{server.url}/artifact/{quote(artifact, safe='')}/{quote(path)}", "uploadHeaders": []}


def commit_artifact(server: "Server", given: Variables) -> Any:
    return {"commitArtifact": {"artifact": {"digest": given["artifactID"].rpartition(":")[2]}}}


# ---- what is asked of a project ----


def get_runs(server: "Server", given: Variables) -> Any:
    runs = list(server.project(given["project"], given["entity"]))
    edges = [{"node": {**bucket(run), **_state(run)}, "cursor": run.name} for run in runs]
    page = {"__typename": "PageInfo", "endCursor": None, "hasNextPage": False}
    return {
        "project": {
            "internalId": "1",
            "runCount": len(runs),
            "readOnly": False,
            "runs": {"edges": edges, "pageInfo": page},
        }
    }


def _state(run: Run) -> dict[str, Any]:
    times = dict.fromkeys(("createdAt", "heartbeatAt"), "2026-01-01T00:00:00")
    me = {"name": run.entity, "username": run.entity}
    return {
        **times,
        "state": "finished",
        "tags": run.tags,
        "summaryMetrics": json.dumps(run.summary),
        "user": me,
        "sweepName": run.sent.get("sweep"),
    }


# ---- sweeps and their agents ----


def upsert_sweep(server: "Server", given: Variables) -> Any:
    config = yaml.safe_load(given["config"])
    project, entity = given["projectName"] or config.get("project"), given["entityName"] or server.ENTITY
    sweeps = server.project(project, entity).sweeps
    name = f"sweep{len(sweeps)}"
    sweeps[name] = Sweep(name, config, {f"{name}-run{at}": job for at, job in enumerate(_grid(config["parameters"]))})
    sweep = {"name": name, "project": _project(project, entity)}
    return {"upsertSweep": {"sweep": sweep, "configValidationWarnings": []}}


def _grid(parameters: dict[str, Any]) -> list[dict[str, Any]]:
    choices = [each["values"] if "values" in each else [each["value"]] for each in parameters.values()]
    return [dict(zip(parameters, chosen, strict=True)) for chosen in product(*choices)]


def sweep_with_runs(server: "Server", given: Variables) -> Any:
    sweep = server.project(given["project"], given["entity"]).sweeps.get(given["sweep"])
    if sweep is None:
        return {"project": {"sweep": None}}
    known = {"id": sweep.name, "name": sweep.name, "method": sweep.config["method"], "state": "RUNNING"}
    return {"project": {"sweep": {**known, "config": yaml.safe_dump(sweep.config), "runs": {"edges": []}}}}


def create_agent(server: "Server", given: Variables) -> Any:
    place = (given["entityName"], given["projectName"], given["sweep"])
    return {"createAgent": {"agent": {"id": json.dumps(place)}}}


def heartbeat(server: "Server", given: Variables) -> Any:
    """Hands out the next job when the last one has ended; the agent's name says whose it is."""
    entity, project, name = json.loads(given["id"])
    sweep = server.project(project, entity).sweeps[name]
    commands: list[dict[str, Any]] = []
    if not json.loads(given["runState"]):
        commands.append(_next(sweep))
    return {"agentHeartbeat": {"agent": {"id": given["id"]}, "commands": json.dumps(commands)}}


def _next(sweep: Sweep) -> dict[str, Any]:
    if not sweep.jobs:
        return {"type": "exit"}
    run = next(iter(sweep.jobs))
    args = {key: {"value": value} for key, value in sweep.jobs.pop(run).items()}
    return {"type": "run", "run_id": run, "program": sweep.config.get("program"), "args": args}


# ---- workspaces ----


def upsert_view(server: "Server", given: Variables) -> Any:
    views = server.project(given["projectName"], given["entityName"]).views
    inserted = given["name"] not in views
    views[given["name"]] = View(given["name"], given["displayName"], json.loads(given["spec"]))
    return {"upsertView": {"view": {"id": given["name"], "name": given["name"]}, "inserted": inserted}}


ANSWERS: dict[str, Callable[["Server", Variables], Any]] = {
    "Viewer": viewer,
    "GetDefaultEntity": viewer,
    "Runs": get_runs,
    "UpsertBucket": upsert_bucket,
    "CreateRunFiles": create_run_files,
    "ServerFeaturesQuery": server_features,
    "ArtifactType": artifact_type,
    "CreateArtifact": create_artifact,
    "CreateArtifactManifest": create_manifest,
    "UpdateArtifactManifest": update_manifest,
    "CreateArtifactFiles": create_artifact_files,
    "CommitArtifact": commit_artifact,
    "UpsertSweep": upsert_sweep,
    "SweepWithRuns": sweep_with_runs,
    "CreateAgent": create_agent,
    "Heartbeat": heartbeat,
    "UpsertView2": upsert_view,
    "OrganizationCoreWeaveOrganizationID": no_organization,
}
