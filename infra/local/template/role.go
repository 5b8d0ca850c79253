package template

import (
	"slices"
	"time"

	"clientflow/infra/local/iam"
)

// Role is an IAM role.
type Role struct {
	LogicalID, Name, ARN string
	// Trust says who may assume it.
	Trust iam.Trust
	// Policies are those inline, and those attached by policies of their own.
	Policies []iam.Policy
	// MaxSession is the longest session.
	MaxSession time.Duration
}

func (t *Template) addRole(r *resource, properties value) error {
	name, err := properties.scope.physicalName(r)
	if err != nil {
		return err
	}
	role := Role{LogicalID: r.id, Name: name, ARN: roleARN(name), MaxSession: time.Hour}
	err = properties.object(fields{
		"RoleName":                 ignored, // read already
		"Description":              ignored,
		"Tags":                     ignored,
		"MaxSessionDuration":       seconds(&role.MaxSession, 3600, 43200),
		"ManagedPolicyArns":        readManagedPolicies,
		"AssumeRolePolicyDocument": role.readTrust,
		"Policies":                 listOf(&role.Policies, readNamedPolicy),
	}, "AssumeRolePolicyDocument")
	t.Roles = append(t.Roles, role)
	return err
}

func (r *Role) readTrust(v value) error {
	document, err := v.plain()
	if err != nil {
		return err
	}
	if r.Trust, err = iam.ParseTrust(document); err != nil {
		return v.errorf("%v", err)
	}
	return nil
}

// readManagedPolicies knows the one that lets a function write its log, which
// nobody is kept from here.
func readManagedPolicies(v value) error {
	return v.items(exactly("arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"))
}

func readNamedPolicy(target *iam.Policy) reader {
	return func(v value) error {
		return v.object(fields{"PolicyName": ignored, "PolicyDocument": policyDocument(target)}, "PolicyName", "PolicyDocument")
	}
}

func policyDocument(target *iam.Policy) reader {
	return func(v value) (err error) {
		*target, err = readPolicyDocument(v)
		return err
	}
}

func readPolicyDocument(v value) (iam.Policy, error) {
	document, err := v.plain()
	if err != nil {
		return iam.Policy{}, err
	}
	policy, err := iam.ParsePolicy(document)
	if err != nil {
		return iam.Policy{}, v.errorf("%v", err)
	}
	return policy, nil
}

// attachPolicy gives a policy of its own to its roles, which are read before it.
func (t *Template) attachPolicy(properties value) error {
	var policy iam.Policy
	var roles value
	err := properties.object(fields{
		"PolicyName":     ignored,
		"PolicyDocument": policyDocument(&policy),
		"Roles":          keep(&roles),
	}, "PolicyName", "PolicyDocument", "Roles")
	if err != nil {
		return err
	}
	return roles.items(func(v value) error {
		name, err := v.text()
		if err != nil {
			return err
		}
		i := slices.IndexFunc(t.Roles, func(r Role) bool { return r.Name == name })
		if i < 0 {
			return v.errorf("there is no role %q", name)
		}
		t.Roles[i].Policies = append(t.Roles[i].Policies, policy)
		return nil
	})
}

// What AWSLambdaSQSQueueExecutionRole and AWSLambdaDynamoDBExecutionRole allow
// beside logs, and AWSXrayWriteOnlyAccess.
const (
	consumeQueues  = `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Resource":"*","Action":["sqs:ReceiveMessage","sqs:DeleteMessage","sqs:GetQueueAttributes"]}}`
	consumeStreams = `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Resource":"*","Action":["dynamodb:DescribeStream","dynamodb:GetRecords","dynamodb:GetShardIterator","dynamodb:ListStreams"]}}`
	sendTraces     = `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Resource":"*","Action":["xray:PutTraceSegments","xray:PutTelemetryRecords","xray:GetSamplingRules","xray:GetSamplingTargets","xray:GetSamplingStatisticSummaries"]}}`
)

// addFunctionRole makes the role that SAM makes for a function without one: it
// has the function's policies and what its event sources and its tracing need.
func (t *Template) addFunctionRole(f *Function, policies []iam.Policy) error {
	var managed []string
	if len(f.Queues) > 0 {
		managed = append(managed, consumeQueues)
	}
	if len(f.Streams) > 0 {
		managed = append(managed, consumeStreams)
	}
	if f.Tracing != "" {
		managed = append(managed, sendTraces)
	}
	for _, document := range managed {
		policy, err := iam.ParsePolicy(document)
		if err != nil {
			return err
		}
		policies = append(policies, policy)
	}
	f.Role = roleARN(f.Name + "Role")
	t.Roles = append(t.Roles, Role{LogicalID: f.LogicalID + "Role", Name: f.Name + "Role", ARN: f.Role, Policies: policies, MaxSession: time.Hour})
	return nil
}
