package template

// Table is a DynamoDB table.
type Table struct {
	LogicalID, Name string
	Attributes      []Attribute
	Keys            []Key
	Indexes         []Index
	// StreamView is the view type of its stream; empty when it has none.
	StreamView string
	// TTL is the attribute that says when an item expires; empty for none.
	TTL string
	// DeletionProtection refuses to delete the table.
	DeletionProtection bool
	// Restorable tables have point-in-time recovery.
	Restorable bool
}

// Attribute is the declaration of a key attribute; Type is S, N or B.
type Attribute struct{ Name, Type string }

// Key is an element of a key schema; Type is HASH or RANGE.
type Key struct{ Name, Type string }

// Index is a global secondary index.
type Index struct {
	Name string
	Keys []Key
	// Projection is ALL, KEYS_ONLY or INCLUDE; NonKey are what INCLUDE adds.
	Projection string
	NonKey     []string
}

func (t *Template) addTable(r *resource, properties value) error {
	name, err := properties.scope.physicalName(r)
	if err != nil {
		return err
	}
	table := Table{LogicalID: r.id, Name: name}
	err = properties.object(fields{
		"TableName":                        ignored, // read already
		"BillingMode":                      exactly("PAY_PER_REQUEST"),
		"DeletionProtectionEnabled":        flag(&table.DeletionProtection),
		"AttributeDefinitions":             listOf(&table.Attributes, readAttribute),
		"KeySchema":                        listOf(&table.Keys, readKey),
		"GlobalSecondaryIndexes":           listOf(&table.Indexes, readIndex),
		"StreamSpecification":              readStream(&table.StreamView),
		"TimeToLiveSpecification":          readTTL(&table.TTL),
		"PointInTimeRecoverySpecification": readRecovery(&table.Restorable),
		"SSESpecification":                 ignored,
		"Tags":                             ignored,
	}, "BillingMode", "AttributeDefinitions", "KeySchema")
	t.Tables = append(t.Tables, table)
	return err
}

func readAttribute(a *Attribute) reader {
	return func(v value) error {
		return v.object(fields{
			"AttributeName": text(&a.Name),
			"AttributeType": oneOf(&a.Type, "S", "N", "B"),
		}, "AttributeName", "AttributeType")
	}
}

func readKey(k *Key) reader {
	return func(v value) error {
		return v.object(fields{
			"AttributeName": text(&k.Name),
			"KeyType":       oneOf(&k.Type, "HASH", "RANGE"),
		}, "AttributeName", "KeyType")
	}
}

func readIndex(i *Index) reader {
	return func(v value) error {
		return v.object(fields{
			"IndexName": text(&i.Name),
			"KeySchema": listOf(&i.Keys, readKey),
			"Projection": func(v value) error {
				return v.object(fields{
					"ProjectionType":   oneOf(&i.Projection, "ALL", "KEYS_ONLY", "INCLUDE"),
					"NonKeyAttributes": texts(&i.NonKey),
				}, "ProjectionType")
			},
		}, "IndexName", "KeySchema", "Projection")
	}
}

func readStream(view *string) reader {
	return func(v value) error {
		return v.object(fields{
			"StreamViewType": oneOf(view, "NEW_AND_OLD_IMAGES", "NEW_IMAGE", "OLD_IMAGE", "KEYS_ONLY"),
		}, "StreamViewType")
	}
}

func readRecovery(restorable *bool) reader {
	return func(v value) error {
		return v.object(fields{"PointInTimeRecoveryEnabled": flag(restorable)}, "PointInTimeRecoveryEnabled")
	}
}

func readTTL(attribute *string) reader {
	return func(v value) error {
		return v.object(fields{
			"AttributeName": text(attribute),
			"Enabled":       exactly("true"),
		}, "AttributeName", "Enabled")
	}
}
