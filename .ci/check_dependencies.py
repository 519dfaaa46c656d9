#!/usr/bin/env python3
"""Checks the dependencies in Cargo.lock against deny.toml: licences, banned crates, wildcard versions, sources.

    .ci/check_dependencies.py [METADATA.json]

Reads `cargo metadata` of all features and all platforms, or a file that holds its output. Follows the meaning that `cargo deny
check licenses bans sources` gives to the keys of deny.toml used here, and refuses keys that it does not know. Duplicate versions
of a crate are listed and are not an error. Advisories need a database from the network and are left to `cargo deny`. Exits with 1
if something is wrong. Needs Python 3.11.
"""
import json
import re
import subprocess
import sys
import tomllib
from collections import defaultdict
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
KNOWN = {
    "graph": {"all-features"},
    "advisories": {"yanked", "ignore"},
    "licenses": {"confidence-threshold", "allow", "exceptions"},
    "bans": {"multiple-versions", "wildcards", "allow-wildcard-paths", "deny"},
    "sources": {"unknown-registry", "unknown-git", "allow-registry"},
}


def satisfied(expression, allowed):
    """Whether an SPDX expression is satisfied by the allowed licences. `/` is the old form of OR."""
    tokens = re.findall(r"[()]|[\w.+-]+", re.sub(r"\s*/\s*", " OR ", expression))
    # `A WITH B` is one licence.
    joined = []
    for token in tokens:
        if token == "WITH":
            joined.append(joined.pop() + " WITH")
        elif joined and joined[-1].endswith(" WITH"):
            joined.append(f"{joined.pop()} {token}")
        else:
            joined.append(token)

    def term():
        if joined and joined[0] == "(":
            joined.pop(0)
            value = either()
            joined.pop(0)
            return value
        return joined.pop(0) in allowed

    def both():
        value = term()
        while joined and joined[0] == "AND":
            joined.pop(0)
            value = term() and value
        return value

    def either():
        value = both()
        while joined and joined[0] == "OR":
            joined.pop(0)
            value = both() or value
        return value

    return either()


def problems(metadata, rules):
    """A sentence for each violation of the rules."""
    licences, bans, sources = rules["licenses"], rules["bans"], rules["sources"]
    excepted = {exception["crate"]: set(exception["allow"]) for exception in licences["exceptions"]}
    denied = {ban["crate"]: ban["reason"] for ban in bans["deny"]}
    registries = {f"registry+{url}" for url in sources["allow-registry"]}
    names = {package["name"] for package in metadata["packages"]}
    for package in metadata["packages"]:
        name = f"{package['name']} {package['version']}"
        licence = package["license"]
        allowed = set(licences["allow"]) | excepted.get(package["name"], set())
        if licence is None:
            yield f"{name} declares no licence"
        elif not satisfied(licence, allowed):
            yield f"{name} has the licence {licence}, which [licenses] does not allow"
        if package["name"] in denied:
            yield f"{name} is banned: {denied[package['name']]}"
        if package["source"] is None:
            for dependency in package["dependencies"]:
                if dependency["req"] == "*" and dependency.get("path") is None:
                    yield f"{name} depends on any version of {dependency['name']}"
        elif package["source"] not in registries:
            yield f"{name} comes from {package['source']}, which [sources] does not allow"
    for crate in sorted(excepted.keys() - names):
        yield f"[licenses] has an exception for {crate}, which is not a dependency"


def duplicates(metadata):
    """Names of crates with several versions, with the versions."""
    versions = defaultdict(list)
    for package in metadata["packages"]:
        versions[package["name"]].append(package["version"])
    return {name: sorted(found) for name, found in sorted(versions.items()) if len(found) > 1}


def self_test():
    """Checks expressions and packages with a known answer."""
    allowed = {"MIT", "Apache-2.0 WITH LLVM-exception", "ISC"}
    for expression, expected in [
        ("MIT", True), ("GPL-3.0", False), ("GPL-3.0 OR MIT", True), ("GPL-3.0/MIT", True), ("GPL-3.0 AND MIT", False),
        ("Apache-2.0 WITH LLVM-exception", True), ("Apache-2.0", False), ("(GPL-3.0 OR MIT) AND ISC", True),
        ("(GPL-3.0 OR MIT) AND BSD-3-Clause", False), ("MIT OR GPL-3.0 AND BSD-3-Clause", True),
    ]:
        assert satisfied(expression, allowed) == expected, expression
    registry = "https://example.org/index"
    rules = {
        "licenses": {"allow": ["MIT"], "exceptions": []},
        "bans": {"deny": [{"crate": "bad", "reason": "it is bad"}]},
        "sources": {"allow-registry": [registry]},
    }
    package = {"name": "good", "version": "1.0.0", "license": "MIT", "source": f"registry+{registry}", "dependencies": []}
    wildcard = {"name": "other", "req": "*", "path": None}
    for change, expected in [
        ({}, 0), ({"name": "bad"}, 1), ({"license": None}, 1), ({"license": "GPL-3.0"}, 1), ({"source": "git+https://example.org"}, 1),
        ({"source": None, "dependencies": [wildcard]}, 1), ({"source": None, "dependencies": [wildcard | {"path": "crates/other"}]}, 0),
    ]:
        found = list(problems({"packages": [package | change]}, rules))
        assert len(found) == expected, (change, found)


def main():
    self_test()
    rules = tomllib.loads((ROOT / "deny.toml").read_text(encoding="utf-8"))
    for section, keys in rules.items():
        unknown = keys.keys() - KNOWN.get(section, set())
        if unknown:
            sys.exit(f"deny.toml: [{section}] has keys that this script does not check: {', '.join(sorted(unknown))}")
    if len(sys.argv) > 1:
        metadata = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    else:
        command = ["cargo", "metadata", "--locked", "--all-features", "--format-version", "1"]
        metadata = json.loads(subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, check=True).stdout)
    found = list(problems(metadata, rules))
    several = duplicates(metadata)
    print(f"{len(metadata['packages'])} packages; {len(several)} with several versions: {', '.join(several)}")
    for problem in found:
        print(problem, file=sys.stderr)
    sys.exit(1 if found else 0)


if __name__ == "__main__":
    main()
