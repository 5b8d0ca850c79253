"""Prints what AWS makes of template.yaml: the expansion by aws-sam-translator, which is
the very code that CloudFormation's SAM transform runs, in the form in which the command
beside it prints what the local AWS has read. It makes no call.

    python infra/expansion/expand.py template.yaml [Parameter=Value]...

A property or a resource that it does not know is an error, never skipped.
"""

import json
import re
import sys

from samtranslator.translator.transform import transform
from samtranslator.yaml_helper import yaml_parse

# The names that the local AWS has where AWS makes them up.
STACK, REGION, ACCOUNT = "clientflow", "us-east-1", "000000000000"
AWS_URL, API_URL = "http://aws.test", "http://api.test"
BASIC = "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"
# What is in managed policies beside it, as AWS documents them.
MANAGED = {
    "arn:aws:iam::aws:policy/AWSXrayWriteOnlyAccess": {
        "Effect": "Allow", "Resource": "*", "Action": [
            "xray:PutTraceSegments", "xray:PutTelemetryRecords",
            "xray:GetSamplingRules", "xray:GetSamplingTargets", "xray:GetSamplingStatisticSummaries"]},
}
PSEUDO = {
    "AWS::Region": REGION, "AWS::AccountId": ACCOUNT, "AWS::Partition": "aws",
    "AWS::StackName": STACK, "AWS::URLSuffix": "amazonaws.com",
}
NAMES = {
    "AWS::Lambda::Function": "FunctionName", "AWS::DynamoDB::Table": "TableName", "AWS::SQS::Queue": "QueueName",
    "AWS::IAM::Role": "RoleName", "AWS::Logs::LogGroup": "LogGroupName", "AWS::Cognito::UserPoolGroup": "GroupName",
    "AWS::ApiGatewayV2::DomainName": "DomainName", "AWS::Cognito::UserPool": "UserPoolName", "AWS::Cognito::UserPoolClient": "ClientName",
}
COMPARED = {
    "AWS::Lambda::Function", "AWS::Lambda::EventSourceMapping", "AWS::Events::Rule", "AWS::ApiGatewayV2::Api", "AWS::ApiGatewayV2::Stage",
    "AWS::IAM::Role", "AWS::IAM::Policy", "AWS::DynamoDB::Table", "AWS::SQS::Queue",
    "AWS::Cognito::UserPool", "AWS::Cognito::UserPoolClient", "AWS::Cognito::UserPoolGroup",
}
# What has no effect on the local AWS, or lets AWS's own services call one another.
LEFT_OUT = {
    "AWS::Lambda::Permission", "AWS::Logs::LogGroup", "AWS::Logs::MetricFilter", "AWS::CloudWatch::Alarm", "AWS::CloudWatch::Dashboard",
    "AWS::SNS::Topic",
    "AWS::ApiGatewayV2::DomainName", "AWS::ApiGatewayV2::ApiMapping",
}
NOTHING = object()  # AWS::NoValue


class Policies:
    """The managed policies by name, of which the template needs one."""

    def load(self):
        return {"AWSLambdaBasicExecutionRole": BASIC}


def arn(service, rest):
    return f"arn:aws:{service}:{REGION}:{ACCOUNT}:{rest}"


class Stack:
    """An expanded template with the values of its parameters."""

    def __init__(self, template, expanded, parameters):
        self.declared = template["Resources"]
        self.conditions = expanded.get("Conditions", {})
        self.parameters = parameters
        self.resources = {
            name: r for name, r in expanded["Resources"].items()
            if "Condition" not in r or self.holds(r["Condition"])
        }
        unknown = {r["Type"] for r in self.resources.values()} - COMPARED - LEFT_OUT
        if unknown:
            raise ValueError(f"unknown types of resources {unknown}")
        self.outputs = expanded.get("Outputs", {})

    # ------------------------------------------------------ intrinsic functions

    def holds(self, condition):
        if isinstance(condition, str):
            return self.holds(self.conditions[condition])
        (name, argument), = condition.items()
        if name == "Condition":
            return self.holds(argument)
        if name == "Fn::Equals":
            return self.resolve(argument[0]) == self.resolve(argument[1])
        if name == "Fn::Not":
            return not self.holds(argument[0])
        if name == "Fn::And":
            return all(map(self.holds, argument))
        if name == "Fn::Or":
            return any(map(self.holds, argument))
        raise ValueError(f"unknown condition {name}")

    def resolve(self, value):
        if isinstance(value, list):
            items = [self.resolve(item) for item in value]
            return [item for item in items if item is not NOTHING]
        if not isinstance(value, dict):
            return value
        if len(value) == 1:
            (name, argument), = value.items()
            if name == "Ref":
                return self.reference(argument)
            if name == "Fn::GetAtt":
                parts = argument.split(".", 1) if isinstance(argument, str) else argument
                return self.attribute(parts[0], parts[1])
            if name == "Fn::Sub":
                return self.substitute(argument)
            if name == "Fn::If":
                return self.resolve(argument[1 if self.holds(argument[0]) else 2])
            if name == "Fn::Join":
                return argument[0].join(self.resolve(argument[1]))
            if name.startswith("Fn::"):
                raise ValueError(f"unknown function {name}")
        entries = {key: self.resolve(item) for key, item in value.items()}
        return {key: item for key, item in entries.items() if item is not NOTHING}

    def substitute(self, argument):
        text, own = (argument, {}) if isinstance(argument, str) else argument

        def replace(match):
            name = match.group(1)
            if name.startswith("!"):
                return "${" + name[1:] + "}"
            if name in own:
                return str(self.resolve(own[name]))
            if "." in name:
                return str(self.attribute(*name.split(".", 1)))
            return str(self.reference(name))

        return re.sub(r"\$\{([^}]*)\}", replace, text)

    def reference(self, name):
        if name == "AWS::NoValue":
            return NOTHING
        if name in PSEUDO:
            return PSEUDO[name]
        if name in self.parameters:
            return self.parameters[name]
        return self.attribute(name, "")

    def name(self, logical):
        r = self.resources[logical]
        own = r.get("Properties", {}).get(NAMES.get(r["Type"], ""))
        return f"{STACK}-{logical}" if own is None else self.resolve(own)

    def attribute(self, logical, attribute):
        """GetAtt, and for the empty attribute Ref."""
        kind, name = self.resources[logical]["Type"], self.name(logical)
        known = {
            "AWS::Lambda::Function": lambda: {"": name, "Arn": arn("lambda", f"function:{name}")},
            "AWS::DynamoDB::Table": lambda: {
                "": name, "Arn": arn("dynamodb", f"table/{name}"), "StreamArn": arn("dynamodb", f"table/{name}/stream/*")},
            "AWS::SQS::Queue": lambda: {
                "": f"{AWS_URL}/{ACCOUNT}/{name}", "QueueUrl": f"{AWS_URL}/{ACCOUNT}/{name}",
                "Arn": arn("sqs", name), "QueueName": name},
            "AWS::IAM::Role": lambda: {"": name, "Arn": f"arn:aws:iam::{ACCOUNT}:role/{name}"},
            "AWS::Logs::LogGroup": lambda: {"": name, "Arn": arn("logs", f"log-group:{name}:*")},
            "AWS::SNS::Topic": lambda: {"": arn("sns", name)},
            "AWS::Cognito::UserPool": lambda: {
                "": logical, "UserPoolId": logical, "Arn": arn("cognito-idp", f"userpool/{logical}"),
                "ProviderURL": f"{AWS_URL}/{logical}"},
            "AWS::Cognito::UserPoolClient": lambda: {"": logical, "ClientId": logical},
            "AWS::ApiGatewayV2::DomainName": lambda: {
                "": name, "RegionalDomainName": f"d-local.execute-api.{REGION}.amazonaws.com", "RegionalHostedZoneId": "Z1LOCAL"},
            "AWS::ApiGatewayV2::Stage": lambda: {"": self.resources[logical]["Properties"]["StageName"]},
            "AWS::ApiGatewayV2::Api": lambda: {"": logical, "ApiEndpoint": API_URL},
        }
        return known[kind]()[attribute]

    # -------------------------------------------------------------- the answer

    def of(self, kind):
        return {
            name: self.resolve(r.get("Properties", {}))
            for name, r in self.resources.items() if r["Type"] == kind
        }

    def function_of(self, text):
        """The logical id in a function's name or ARN."""
        return text.split("function:")[-1].split("/invocations")[0].removeprefix(STACK + "-")

    def describe(self):
        routes, authorizers = self.api()
        return {
            "functions": {name: self.function(p) for name, p in self.of("AWS::Lambda::Function").items()},
            "routes": routes, "authorizers": authorizers, "throttle": self.throttle(),
            "sources": {
                name: self.source(p) for name, p in self.of("AWS::Lambda::EventSourceMapping").items()},
            "schedules": {name: self.schedule(p) for name, p in self.of("AWS::Events::Rule").items()},
            "roles": self.roles(),
            "tables": {name: self.table(name, p) for name, p in self.of("AWS::DynamoDB::Table").items()},
            "queues": {name: self.queue(name, p) for name, p in self.of("AWS::SQS::Queue").items()},
            "pools": {name: self.pool(p) for name, p in self.of("AWS::Cognito::UserPool").items()},
            "clients": {name: self.client(p) for name, p in self.of("AWS::Cognito::UserPoolClient").items()},
            "groups": {name: {"name": p["GroupName"], "pool": p["UserPoolId"]}
                       for name, p in self.of("AWS::Cognito::UserPoolGroup").items()},
            "outputs": {name: self.resolve(o["Value"]) for name, o in self.outputs.items()
                        if "Condition" not in o or self.holds(o["Condition"])},
        }

    def function(self, p):
        take = Taker(p, "Code", "Handler", "Runtime", "Architectures", "Description", "Tags", "FunctionName")
        logging = take("LoggingConfig", {})
        return take.done({
            "timeout": take("Timeout", 3), "memory": take("MemorySize", 128),
            "concurrency": take("ReservedConcurrentExecutions", 0),
            "environment": {k: str(v) for k, v in take("Environment", {}).get("Variables", {}).items()},
            "role": take("Role"), "logFormat": logging.get("LogFormat", "Text"), "logGroup": logging.get("LogGroup", ""),
            "tracing": take("TracingConfig", {}).get("Mode", ""),
        })

    def api(self):
        routes, authorizers = {}, {}
        for p in self.of("AWS::ApiGatewayV2::Api").values():
            body = p["Body"]
            for name, scheme in body.get("components", {}).get("securitySchemes", {}).items():
                a = scheme["x-amazon-apigateway-authorizer"]
                if a["type"] != "jwt" or a["identitySource"] != "$request.header.Authorization":
                    raise ValueError(f"unknown authorizer {a}")
                authorizers[name] = {"issuer": a["jwtConfiguration"]["issuer"], "audience": a["jwtConfiguration"]["audience"]}
            for path, methods in body["paths"].items():
                for method, route in methods.items():
                    integration = route["x-amazon-apigateway-integration"]
                    if integration["payloadFormatVersion"] != "2.0":
                        raise ValueError(f"unknown payload at {path}")
                    security = [(name, scopes) for item in route.get("security", []) for name, scopes in item.items() if name != "NONE"]
                    name, scopes = security[0] if security else ("", [])
                    method = "ANY" if method == "x-amazon-apigateway-any-method" else method.upper()
                    routes[f"{method} {path}"] = {
                        "function": self.function_of(integration["uri"]), "authorizer": name, "scopes": scopes,
                        "timeout": integration.get("timeoutInMillis", 30000),
                    }
        return routes, authorizers

    def throttle(self):
        (stage,) = self.of("AWS::ApiGatewayV2::Stage").values()
        settings = stage.get("DefaultRouteSettings", {})
        if stage["StageName"] != "$default" or not stage["AutoDeploy"]:
            raise ValueError(f"unknown stage {stage}")
        return {"rate": settings.get("ThrottlingRateLimit"), "burst": settings.get("ThrottlingBurstLimit")}

    def source(self, p):
        take = Taker(p, "Tags")
        arn_of = take("EventSourceArn")
        stream = ":dynamodb:" in arn_of
        if stream and take("StartingPosition") != "TRIM_HORIZON" or not take("Enabled", True):
            raise ValueError(f"unknown source {p}")
        return take.done({
            "function": self.function_of(take("FunctionName")), "source": arn_of,
            "batch": take("BatchSize", 100 if stream else 10), "window": take("MaximumBatchingWindowInSeconds", 0),
            "partial": take("FunctionResponseTypes", []) == ["ReportBatchItemFailures"],
            "concurrency": take("ScalingConfig", {}).get("MaximumConcurrency", 0),
            "bisect": take("BisectBatchOnFunctionError", False), "retries": take("MaximumRetryAttempts", -1 if stream else 0),
            "maxAge": max(take("MaximumRecordAgeInSeconds", 0), 0),
            "filters": [f["Pattern"] for f in take("FilterCriteria", {}).get("Filters", [])],
            "onFailure": take("DestinationConfig", {}).get("OnFailure", {}).get("Destination", ""),
        })

    def schedule(self, p):
        take = Taker(p, "Name", "Description")
        (target,) = take("Targets")
        if take("State", "ENABLED") != "ENABLED":
            raise ValueError(f"unknown schedule {p}")
        return take.done({"expression": take("ScheduleExpression"), "function": self.function_of(target["Arn"]),
                          "input": target.get("Input", "")})

    def roles(self):
        attached = list(self.of("AWS::IAM::Policy").values())
        roles = {}
        for name, p in self.of("AWS::IAM::Role").items():
            managed = [m for m in p.get("ManagedPolicyArns", []) if m != BASIC]
            if set(managed) - set(MANAGED):
                raise ValueError(f"{name} has unknown managed policies {managed}")
            documents = [own["PolicyDocument"] for own in p.get("Policies", [])]
            documents += [other["PolicyDocument"] for other in attached if self.attribute(name, "") in other["Roles"]]
            roles[name] = {
                "arn": self.attribute(name, "Arn"), "maxSession": p.get("MaxSessionDuration", 3600),
                "policies": [statement(s) for d in documents for s in d["Statement"]] + [statement(MANAGED[m]) for m in managed],
            }
            if name in self.declared:  # what SAM makes trusts Lambda, whom the local AWS does not ask
                roles[name]["trust"] = [statement(s) for s in p["AssumeRolePolicyDocument"]["Statement"]]
        return roles

    def table(self, name, p):
        take = Taker(p, "SSESpecification", "TableName", "Tags")
        if take("BillingMode") != "PAY_PER_REQUEST":
            raise ValueError(f"unknown table {p}")

        def keys(schema):
            return [f"{k['AttributeName']} {k['KeyType']}" for k in schema]

        return take.done({
            "name": self.name(name), "keys": keys(take("KeySchema")),
            "attributes": [f"{a['AttributeName']} {a['AttributeType']}" for a in take("AttributeDefinitions")],
            "indexes": {i["IndexName"]: {
                "keys": keys(i["KeySchema"]), "projection": i["Projection"]["ProjectionType"],
                "nonKey": i["Projection"].get("NonKeyAttributes", []),
            } for i in take("GlobalSecondaryIndexes", [])},
            "stream": take("StreamSpecification", {}).get("StreamViewType", ""),
            "ttl": take("TimeToLiveSpecification", {}).get("AttributeName", ""),
            "protected": take("DeletionProtectionEnabled", False),
            "restorable": take("PointInTimeRecoverySpecification", {}).get("PointInTimeRecoveryEnabled", False),
        })

    def queue(self, name, p):
        take = Taker(p, "SqsManagedSseEnabled", "QueueName", "Tags")
        attributes = {}
        for key in list(take.left):
            value = take(key)
            attributes[key] = value if isinstance(value, dict) else str(value)
        return take.done({"url": self.attribute(name, ""), "arn": self.attribute(name, "Arn"), "attributes": attributes})

    def pool(self, p):
        policy = p["Policies"]["PasswordPolicy"]
        return {"length": policy["MinimumLength"], "lower": policy["RequireLowercase"], "upper": policy["RequireUppercase"],
                "digits": policy["RequireNumbers"], "signs": policy["RequireSymbols"]}

    def client(self, p):
        units = p["TokenValidityUnits"]
        return {
            "pool": p["UserPoolId"], "secret": p["GenerateSecret"], "flows": p["ExplicitAuthFlows"],
            "hidesUnknown": p["PreventUserExistenceErrors"] == "ENABLED", "revocation": p["EnableTokenRevocation"],
            **{token: f"{p[token + 'TokenValidity']} {units[token + 'Token']}" for token in ("Access", "Id", "Refresh")},
        }


class Taker:
    """Takes properties one by one, so that none is left unseen."""

    def __init__(self, properties, *unplayed):
        self.left = {k: v for k, v in properties.items() if k not in unplayed}

    def __call__(self, name, *default):
        return self.left.pop(name, *default)

    def done(self, result):
        if self.left:
            raise ValueError(f"unknown properties {self.left}")
        return result


def statement(s):
    """A statement with a list wherever one text or several may stand."""

    def several(value):
        return [value] if isinstance(value, str) else value

    result = {"Sid": s.get("Sid", ""), "Effect": s["Effect"], "Action": several(s["Action"])}
    if "Resource" in s:
        result["Resource"] = several(s["Resource"])
    if "Principal" in s:
        result["Principal"] = {kind: several(names) for kind, names in s["Principal"].items()}
    result["Condition"] = {
        operator: {key: several(value) for key, value in keys.items()} for operator, keys in s.get("Condition", {}).items()}
    if set(s) - set(result):
        raise ValueError(f"unknown elements in {s}")
    return result


def main(path, *given):
    with open(path) as file:
        template = yaml_parse(file.read())
    parameters = {name: str(p.get("Default")) for name, p in template["Parameters"].items()}
    parameters.update(pair.split("=", 1) for pair in given)
    declared = {"Resources": dict(template["Resources"])}
    template["Globals"]["Function"]["CodeUri"] = "s3://bucket/key"  # where sam deploy would have put it
    expanded = transform(template, parameters, Policies())
    json.dump(Stack(declared, expanded, parameters).describe(), sys.stdout, indent=1, sort_keys=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
