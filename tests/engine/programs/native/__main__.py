"""Declare the resources in declared.json, as name and arguments.

`secret` has secret arguments, `import_id` and `get_id` an id, `provider` a token of its own, and
`opts` resource options.
"""

import json
from pathlib import Path

import pulumi

from pulumi_smtpconfig.native import Provider, SmtpConfig

for name, arguments in json.loads(Path("declared.json").read_text()).items():
    if "get_id" in arguments:
        pulumi.export(name, SmtpConfig.get(name, arguments["get_id"]).host)
        continue
    secrets = arguments.pop("secret", {})
    arguments |= {key: pulumi.Output.secret(value) for key, value in secrets.items()}
    options = arguments.pop("opts", {}) | {"import_": arguments.pop("import_id", None)}
    opts = pulumi.ResourceOptions(**options)
    if "provider" in arguments:
        opts.provider = Provider(name, token=arguments.pop("provider"))
    SmtpConfig(name, **arguments, opts=opts)
