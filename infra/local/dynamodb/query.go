package dynamodb

import (
	"slices"

	"clientflow/infra/local/dynamodb/attribute"
	"clientflow/infra/local/dynamodb/expression"
	"clientflow/infra/local/iam"
)

type queryRequest struct {
	pageRequest
	KeyConditionExpression *string
	ScanIndexForward       *bool
}

// query reads the items of one partition in the order of the sort key.
func (db *DB) query(caller iam.Principal, in queryRequest) (pageAnswer, error) {
	r, tests, err := in.parse()
	if err != nil {
		return pageAnswer{}, err
	}
	s, err := db.open(caller, "Query", r, equalities(tests))
	if err != nil {
		return pageAnswer{}, err
	}
	for _, name := range r.filtered {
		if s.schema.has(name) {
			return pageAnswer{}, invalid("Filter Expression can only contain non-primary key attributes: Primary key attribute: %s", name)
		}
	}
	within, err := s.schema.span(tests)
	if err != nil {
		return pageAnswer{}, err
	}
	backward := in.ScanIndexForward != nil && !*in.ScanIndexForward
	if within, err = s.resume(within, in.ExclusiveStartKey, backward); err != nil {
		return pageAnswer{}, err
	}
	return s.answer(r, s.read(r, within, backward)), nil
}

func (in queryRequest) parse() (*pageReader, []expression.KeyTest, error) {
	if in.KeyConditionExpression == nil {
		return nil, nil, invalid("Either the KeyConditions or KeyConditionExpression parameter must be specified in the request.")
	}
	r, shared, err := newPageReader(in.pageRequest, text{kind: "KeyConditionExpression", value: in.KeyConditionExpression})
	if err != nil {
		return nil, nil, err
	}
	tests, err := expression.ParseKeyCondition(*in.KeyConditionExpression, shared)
	if err != nil {
		return nil, nil, err
	}
	return r, tests, shared.Unused()
}

// equalities are the attributes for which the tests allow one value only.
func equalities(tests []expression.KeyTest) attribute.Item {
	key := attribute.Item{}
	for _, test := range tests {
		if test.Operator == "=" {
			key[test.Attribute] = test.Values[0]
		}
	}
	return key
}

// span returns the places of all items that pass the tests of a key condition.
func (s keySchema) span(tests []expression.KeyTest) (span, error) {
	partition, sort, err := s.assign(tests)
	if err != nil {
		return span{}, err
	}
	if partition.Operator != "=" {
		return span{}, invalid("Query key condition not supported")
	}
	if err := checkTest(partition, s.partition); err != nil {
		return span{}, err
	}
	prefix := partitionPrefix(partition.Values[0])
	if sort == nil {
		return span{string(prefix), successor(prefix)}, nil
	}
	if err := checkTest(*sort, s.sort); err != nil {
		return span{}, err
	}
	return sortSpan(prefix, *sort), nil
}

// assign tells the test of the partition key from that of the sort key.
func (s keySchema) assign(tests []expression.KeyTest) (partition expression.KeyTest, sort *expression.KeyTest, err error) {
	found := false
	for _, test := range tests {
		switch test.Attribute {
		case s.partition.name:
			partition, found = test, true
		case s.sort.name:
			sort = &test
		}
	}
	switch {
	case !found:
		return partition, nil, invalid("Query condition missed key schema element: %s", s.partition.name)
	case sort == nil && len(tests) > 1:
		return partition, nil, invalid("Query condition missed key schema element: %s", s.sort.name)
	}
	return partition, sort, nil
}

func checkTest(test expression.KeyTest, a keyAttribute) error {
	for _, value := range test.Values {
		if value.Kind() != a.kind {
			return invalid("One or more parameter values were invalid: Condition parameter type does not match schema type")
		}
		if isEmpty(value) {
			return invalid("One or more parameter values are not valid. The AttributeValue for a key attribute cannot contain an empty %s value. Key: %s", emptyWord(a.kind), a.name)
		}
	}
	return nil
}

// sortSpan returns the places within a partition that pass a test of the sort key.
func sortSpan(partition []byte, test expression.KeyTest) span {
	all := span{string(partition), successor(partition)}
	partition = slices.Clip(partition) // so that appending leaves it alone
	low := attribute.AppendKey(partition, test.Values[0])
	switch test.Operator {
	case "<":
		return span{all.from, string(low)}
	case "<=":
		return span{all.from, successor(low)}
	case ">":
		return span{successor(low), all.before}
	case ">=":
		return span{string(low), all.before}
	case "BETWEEN":
		high := attribute.AppendKey(partition, test.Values[1])
		return span{string(low), successor(high)}
	case "begins_with":
		low = attribute.AppendKeyPrefix(partition, test.Values[0])
	}
	return span{string(low), successor(low)}
}
