package main

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"clientflow/infra/local/template"
)

// tables looks at each table of the template.
func (p *patient) tables(ctx context.Context) []finding {
	db := dynamodb.NewFromConfig(p.AWS)
	var all []finding
	for _, wanted := range p.wanted.Tables {
		what := "table " + wanted.LogicalID
		name, err := p.Resource(wanted.LogicalID)
		if err != nil {
			all = append(all, found(what, p.redeploy(), err.Error()))
			continue
		}
		wrong, err := lookAtTable(ctx, db, name, wanted)
		if err != nil {
			all = append(all, unknown(what, err))
			continue
		}
		all = append(all, found(what, p.redeploy(), wrong...))
	}
	return all
}

// lookAtTable returns what is wrong with a table.
func lookAtTable(ctx context.Context, db *dynamodb.Client, name string, wanted template.Table) ([]string, error) {
	described, err := db.DescribeTable(ctx, &dynamodb.DescribeTableInput{TableName: &name})
	if err != nil {
		return nil, err
	}
	expiry, err := db.DescribeTimeToLive(ctx, &dynamodb.DescribeTimeToLiveInput{TableName: &name})
	if err != nil {
		return nil, err
	}
	backups, err := db.DescribeContinuousBackups(ctx, &dynamodb.DescribeContinuousBackupsInput{TableName: &name})
	if err != nil {
		return nil, err
	}
	t := described.Table
	wrong := complaints(
		differs("its state", t.TableStatus, types.TableStatusActive),
		differs("its key", schema(t.KeySchema), keys(wanted.Keys)),
		differs("its protection from deletion", aws.ToBool(t.DeletionProtectionEnabled), wanted.DeletionProtection),
		differs("its stream", stream(t.StreamSpecification), cmp.Or(wanted.StreamView, "off")),
		differs("the attribute by which items expire", cmp.Or(ttl(expiry.TimeToLiveDescription), "none"), cmp.Or(wanted.TTL, "none")),
		differs("its point-in-time recovery", restorable(backups.ContinuousBackupsDescription), wanted.Restorable),
	)
	for _, i := range wanted.Indexes {
		wrong = append(wrong, lookAtIndex(t.GlobalSecondaryIndexes, i)...)
	}
	return wrong, nil
}

func lookAtIndex(all []types.GlobalSecondaryIndexDescription, wanted template.Index) []string {
	at := slices.IndexFunc(all, func(i types.GlobalSecondaryIndexDescription) bool { return aws.ToString(i.IndexName) == wanted.Name })
	if at < 0 {
		return []string{"the index " + wanted.Name + " is missing"}
	}
	return complaints(
		differs("the state of the index "+wanted.Name, all[at].IndexStatus, types.IndexStatusActive),
		differs("the key of the index "+wanted.Name, schema(all[at].KeySchema), keys(wanted.Keys)),
		differs("what the index "+wanted.Name+" holds", string(all[at].Projection.ProjectionType), wanted.Projection),
	)
}

func schema(elements []types.KeySchemaElement) string {
	var all []string
	for _, e := range elements {
		all = append(all, fmt.Sprintf("%s (%s)", aws.ToString(e.AttributeName), e.KeyType))
	}
	return strings.Join(all, ", ")
}

func keys(wanted []template.Key) string {
	var all []string
	for _, k := range wanted {
		all = append(all, fmt.Sprintf("%s (%s)", k.Name, k.Type))
	}
	return strings.Join(all, ", ")
}

func stream(s *types.StreamSpecification) string {
	if s == nil || !aws.ToBool(s.StreamEnabled) {
		return "off"
	}
	return string(s.StreamViewType)
}

func ttl(d *types.TimeToLiveDescription) string {
	if d == nil || d.TimeToLiveStatus != types.TimeToLiveStatusEnabled && d.TimeToLiveStatus != types.TimeToLiveStatusEnabling {
		return ""
	}
	return aws.ToString(d.AttributeName)
}

func restorable(d *types.ContinuousBackupsDescription) bool {
	return d != nil && d.PointInTimeRecoveryDescription != nil &&
		d.PointInTimeRecoveryDescription.PointInTimeRecoveryStatus == types.PointInTimeRecoveryStatusEnabled
}
