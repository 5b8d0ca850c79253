package main

import (
	"encoding/json"
	"fmt"
	"slices"

	"clientflow/infra/local/template"
)

// object is a JSON object.
type object = map[string]any

// describe tells what the local AWS has read, in the form of expand.py.
func describe(t *template.Template) object {
	result := object{
		"functions": object{}, "routes": object{}, "authorizers": object{}, "sources": object{}, "schedules": object{},
		"roles": object{}, "tables": object{}, "queues": object{}, "pools": object{}, "clients": object{}, "groups": object{},
		"throttle": object{"rate": nil, "burst": nil}, "outputs": t.Outputs,
	}
	in := func(part string) object { return result[part].(object) }
	for _, f := range t.Functions {
		describeFunction(f, in)
	}
	for name, a := range t.API.Authorizers {
		in("authorizers")[name] = object{"issuer": a.Issuer, "audience": a.Audience}
	}
	if limit := t.API.Throttle; limit != nil {
		result["throttle"] = object{"rate": limit.Rate, "burst": limit.Burst}
	}
	for _, r := range t.Roles {
		in("roles")[r.LogicalID] = describeRole(r)
	}
	for _, table := range t.Tables {
		in("tables")[table.LogicalID] = describeTable(table)
	}
	for _, q := range t.Queues {
		in("queues")[q.LogicalID] = object{"url": q.URL, "arn": q.ARN, "attributes": attributes(q)}
	}
	describeAccounts(t, in)
	return result
}

func describeFunction(f template.Function, in func(string) object) {
	in("functions")[f.LogicalID] = object{
		"timeout": f.Timeout.Seconds(), "memory": f.MemoryMB, "concurrency": f.Concurrency, "environment": f.Environment,
		"role": f.Role, "logFormat": f.LogFormat, "logGroup": f.LogGroup, "tracing": f.Tracing,
	}
	for _, r := range f.Routes {
		in("routes")[r.Key()] = object{
			"function": f.LogicalID, "authorizer": r.Authorizer, "scopes": list(r.Scopes), "timeout": r.Timeout.Milliseconds(),
		}
	}
	for _, q := range f.Queues {
		in("sources")[f.LogicalID+q.Event] = object{
			"function": f.LogicalID, "source": q.Queue, "batch": q.BatchSize, "window": q.Window.Seconds(), "partial": q.PartialFailures,
			"concurrency": q.MaxConcurrency, "bisect": false, "retries": 0, "maxAge": 0, "filters": list[string](nil), "onFailure": "",
		}
	}
	for _, s := range f.Streams {
		in("sources")[f.LogicalID+s.Event] = object{
			"function": f.LogicalID, "source": s.Stream, "batch": s.BatchSize, "window": s.Window.Seconds(), "partial": s.PartialFailures,
			"concurrency": 0, "bisect": s.Bisect, "retries": s.MaxRetries, "maxAge": s.MaxAge.Seconds(), "filters": list(s.Filters),
			"onFailure": s.OnFailure,
		}
	}
	for _, s := range f.Schedules {
		in("schedules")[f.LogicalID+s.Event] = object{"expression": s.Expression, "function": f.LogicalID, "input": s.Input}
	}
}

// list is never null in JSON.
func list[T any](items []T) []T { return append([]T{}, items...) }

// describeRole tells of a role. What SAM makes for a function trusts nobody here, and on
// AWS Lambda alone.
func describeRole(r template.Role) object {
	described := object{"arn": r.ARN, "maxSession": r.MaxSession.Seconds(), "policies": policies(r)}
	if trust := r.Trust.Statements(); len(trust) > 0 {
		described["trust"] = statements(trust)
	}
	return described
}

func policies(r template.Role) []object {
	all := []object{}
	for _, p := range r.Policies {
		all = append(all, statements(p.Statements())...)
	}
	return all
}

// statements are those of a policy with a list wherever one text or several may stand.
func statements(all []map[string]any) []object {
	described := []object{}
	for _, s := range all {
		d := object{"Sid": "", "Condition": object{}}
		for name, element := range s {
			d[name] = element
		}
		d["Action"] = several(s["Action"])
		if resource, is := s["Resource"]; is {
			d["Resource"] = several(resource)
		}
		if principals, is := s["Principal"].(map[string]any); is {
			d["Principal"] = severalIn(principals)
		}
		if conditions, is := s["Condition"].(map[string]any); is {
			operators := object{}
			for operator, keys := range conditions {
				operators[operator] = severalIn(keys.(map[string]any))
			}
			d["Condition"] = operators
		}
		described = append(described, d)
	}
	return described
}

func severalIn(keys map[string]any) object {
	result := object{}
	for key, element := range keys {
		result[key] = several(element)
	}
	return result
}

func several(element any) any {
	if one, is := element.(string); is {
		return []string{one}
	}
	return element
}

func describeTable(t template.Table) object {
	indexes := object{}
	for _, i := range t.Indexes {
		indexes[i.Name] = object{"keys": keys(i.Keys), "projection": i.Projection, "nonKey": list(i.NonKey)}
	}
	declared := []string{}
	for _, a := range t.Attributes {
		declared = append(declared, a.Name+" "+a.Type)
	}
	return object{
		"name": t.Name, "keys": keys(t.Keys), "attributes": declared, "indexes": indexes,
		"stream": t.StreamView, "ttl": t.TTL, "protected": t.DeletionProtection, "restorable": t.Restorable,
	}
}

func keys(schema []template.Key) []string {
	all := []string{}
	for _, k := range schema {
		all = append(all, k.Name+" "+k.Type)
	}
	return all
}

// attributes are a queue's, the redrive policy as the document that it is.
func attributes(q template.Queue) object {
	all := object{}
	for name, value := range q.Attributes {
		all[name] = value
		if name == "RedrivePolicy" {
			all[name] = json.RawMessage(value)
		}
	}
	return all
}

func describeAccounts(t *template.Template, in func(string) object) {
	for _, p := range t.Pools {
		w := p.Password
		in("pools")[p.LogicalID] = object{
			"length": w.MinimumLength, "lower": w.Lowercase, "upper": w.Uppercase, "digits": w.Digits, "signs": w.Signs,
		}
	}
	validity := func(v template.Validity) string { return fmt.Sprintf("%d %s", v.Count, v.Unit) }
	for _, c := range t.Clients {
		in("clients")[c.LogicalID] = object{
			"pool": c.Pool, "secret": c.Secret, "flows": slices.Clone(c.Flows), "hidesUnknown": c.HideUnknownUsers, "revocation": c.Revocation,
			"Access": validity(c.AccessToken), "Id": validity(c.IDToken), "Refresh": validity(c.RefreshToken),
		}
	}
	for _, g := range t.Groups {
		in("groups")[g.LogicalID] = object{"name": g.Name, "pool": g.Pool}
	}
}
