"""What the files of the dbt projects say against the schemas: found where they are read, judged as every policy is."""

from mesh_platform.policies.registry import file_policy
from mesh_platform.transformation.drift_rule import RULES

for _rule in RULES.values():
    file_policy(_rule.code, title=_rule.title, rationale=_rule.rationale, fix=_rule.fix, level=_rule.level)
