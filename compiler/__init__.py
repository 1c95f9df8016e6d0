"""A spec travels one way through these stages; each imports only from those above it.

| stage | makes | where |
|---|---|---|
| read YAML or decorators, places kept | `Document` | `document.py`, `python/`, `project.py` |
| check against the kind's schema and rules | `Spec` | `schema_check.py`, `kinds/` |
| resolve names, types, order | `Model` | `resolve/`, `model.py` |
| say what to compute, no dialect in it | `Plan` | `planning/`, `plan/` |
| improve the plan, one rule a function | `Plan` | `rewrites/` |
| lower to the target's tree; macros fill in | sqlglot trees | `lower/`, `dialects/`, `macros.py` |
| print text; columns, lineage, digest | `Artifact` | `layout.py`, `printers.py`, `artifact.py` |

`build.py` runs them in order. `findings.py`, `types.py` and `features.py` are shared by all.
"""
