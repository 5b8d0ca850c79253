package template

import (
	"crypto/sha256"
	"encoding/base32"
	"strings"
)

// reference is what Ref gives for a name.
func (s *scope) reference(v value, name string) (string, error) {
	if pseudo, ok := s.pseudoParameter(name); ok {
		return pseudo, nil
	}
	if parameter, ok := s.parameters[name]; ok {
		return parameter, nil
	}
	// SAM's name for the stage that it makes for an API.
	if id, isStage := strings.CutSuffix(name, ".Stage"); isStage && s.isAPI(id) {
		return "$default", nil
	}
	return s.attribute(v, name, "")
}

func (s *scope) isAPI(id string) bool {
	r, ok := s.resources[id]
	return ok && r.kind == kindAPI
}

func (s *scope) pseudoParameter(name string) (string, bool) {
	switch name {
	case "AWS::Region":
		return Region, true
	case "AWS::AccountId":
		return account, true
	case "AWS::Partition":
		return "aws", true
	case "AWS::StackName":
		return s.options.Stack, true
	case "AWS::URLSuffix":
		return "amazonaws.com", true
	default:
		return "", false
	}
}

// attribute is what GetAtt gives for an attribute of a resource, and for the
// empty attribute what Ref gives for the resource.
func (s *scope) attribute(v value, id, attribute string) (string, error) {
	r, ok := s.resources[id]
	if !ok {
		return "", v.errorf("there is no %q", id)
	}
	name, err := s.physicalName(r)
	if err != nil {
		return "", err
	}
	result, ok := s.attributesOf(r, name)[attribute]
	switch {
	case ok:
		return result, nil
	case attribute == "":
		return "", v.errorf("the local AWS has no Ref for a %s", r.kind)
	default:
		return "", v.errorf("the local AWS knows no attribute %s of %s, a %s", attribute, id, r.kind)
	}
}

// attributesOf are the attributes of a resource by name, with what Ref gives
// under the empty name.
func (s *scope) attributesOf(r *resource, name string) map[string]string {
	switch r.kind {
	case kindAPI:
		return map[string]string{"": s.id(r, 10), "ApiEndpoint": s.options.APIURL}
	case kindDomain:
		return map[string]string{"": name, "RegionalDomainName": "d-local.execute-api." + Region + ".amazonaws.com", "RegionalHostedZoneId": "Z1LOCAL"}
	case kindFunction:
		return map[string]string{"": name, "Arn": functionARN(name)}
	case kindTable:
		return tableAttributes(r, name)
	case kindQueue:
		url := s.options.AWSURL + "/" + account + "/" + name
		return map[string]string{"": url, "QueueUrl": url, "Arn": arn("sqs", name), "QueueName": name}
	case kindPool:
		id := s.poolID(r)
		provider := s.options.AWSURL + "/" + id
		_, host, _ := strings.Cut(provider, "://")
		return map[string]string{"": id, "UserPoolId": id, "Arn": arn("cognito-idp", "userpool/"+id), "ProviderURL": provider, "ProviderName": host}
	case kindClient:
		id := s.id(r, 26)
		return map[string]string{"": id, "ClientId": id}
	case kindRole:
		return map[string]string{"": name, "Arn": roleARN(name)}
	case kindLogs:
		return map[string]string{"": name, "Arn": arn("logs", "log-group:"+name+":*")}
	case kindGroup:
		return map[string]string{"": name}
	case kindTopic:
		return map[string]string{"": arn("sns", name)}
	default:
		return nil
	}
}

func tableAttributes(r *resource, name string) map[string]string {
	attributes := map[string]string{"": name, "Arn": arn("dynamodb", "table/"+name)}
	if _, streams := r.properties.lookup("StreamSpecification"); streams {
		// A stream is told from others by when it was made, which nobody knows
		// yet; policies and event sources take any.
		attributes["StreamArn"] = arn("dynamodb", "table/"+name+"/stream/*")
	}
	return attributes
}

func functionARN(name string) string { return arn("lambda", "function:"+name) }

func roleARN(name string) string { return "arn:aws:iam::" + account + ":role/" + name }

// poolID is the id of a user pool, which on AWS begins with its region.
func (s *scope) poolID(r *resource) string {
	if id, ok := s.options.IDs[r.id]; ok {
		return id
	}
	return Region + "_" + s.derive(r.id, 9)
}

func (s *scope) id(r *resource, length int) string {
	if id, ok := s.options.IDs[r.id]; ok {
		return id
	}
	return s.derive(r.id, length)
}

// derive makes an id that is the same at every start.
func (s *scope) derive(id string, length int) string {
	sum := sha256.Sum256([]byte(s.options.Stack + "/" + id))
	return strings.ToLower(base32.StdEncoding.EncodeToString(sum[:]))[:length]
}

// physicalName is the name that a resource has on AWS: the one it gives itself,
// or one made of the stack's and its own.
func (s *scope) physicalName(r *resource) (string, error) {
	own, ok := r.properties.lookup(nameProperty(r.kind))
	if !ok {
		return s.options.Stack + "-" + r.id, nil
	}
	if err := s.enter("name of "+r.id, own); err != nil {
		return "", err
	}
	defer s.leave()
	resolved, err := s.evaluate(own)
	if err != nil {
		return "", err
	}
	if !resolved.present() {
		return s.options.Stack + "-" + r.id, nil
	}
	return resolved.text()
}

func nameProperty(kind string) string {
	switch kind {
	case kindFunction:
		return "FunctionName"
	case kindTable:
		return "TableName"
	case kindQueue:
		return "QueueName"
	case kindRole:
		return "RoleName"
	case kindLogs:
		return "LogGroupName"
	case kindGroup:
		return "GroupName"
	case kindPool:
		return "UserPoolName"
	case kindClient:
		return "ClientName"
	case kindDomain:
		return "DomainName"
	default:
		return ""
	}
}
