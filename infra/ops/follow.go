package main

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/attributevalue"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodbstreams"
	"github.com/aws/aws-sdk-go-v2/service/dynamodbstreams/types"

	"clientflow/internal/lead"
	"clientflow/internal/stats/tally"
	"clientflow/internal/tenantdb"
)

// idle is how long a stream that has nothing new is left alone: a shard answers five
// times a second, and publish-leads asks too.
const idle = 300 * time.Millisecond

// follower follows the stream of the leads from a moment on. It is a second reader
// beside the function that publishes; AWS allows two.
type follower struct {
	client *dynamodbstreams.Client
	arn    string
	// iterators are those of the shards that are open, by their ids.
	iterators map[string]*string
}

// streamed is what a record of the stream tells of an item.
type streamed struct {
	at          tally.Sequence
	userID, key string
	after       tenantdb.Item // nil when it was deleted
}

// followLeads follows what is written from now on, and perhaps a little of before.
func (o *operator) followLeads(ctx context.Context) (*follower, error) {
	table, err := o.db.DescribeTable(ctx, &dynamodb.DescribeTableInput{TableName: &o.leadsTable})
	if err != nil {
		return nil, fmt.Errorf("find the stream: %w", err)
	}
	if table.Table.LatestStreamArn == nil {
		return nil, errors.New("the table of leads has no stream")
	}
	f := &follower{dynamodbstreams.NewFromConfig(o.AWS), *table.Table.LatestStreamArn, map[string]*string{}}
	shards, err := f.shards(ctx)
	if err != nil {
		return nil, err
	}
	for _, s := range shards {
		if s.SequenceNumberRange.EndingSequenceNumber == nil {
			if err := f.open(ctx, s, types.ShardIteratorTypeLatest); err != nil {
				return nil, err
			}
		}
	}
	return f, nil
}

func (f *follower) shards(ctx context.Context) ([]types.Shard, error) {
	var all []types.Shard
	in := &dynamodbstreams.DescribeStreamInput{StreamArn: &f.arn}
	for {
		out, err := f.client.DescribeStream(ctx, in)
		if err != nil {
			return nil, fmt.Errorf("describe the stream: %w", err)
		}
		all = append(all, out.StreamDescription.Shards...)
		if in.ExclusiveStartShardId = out.StreamDescription.LastEvaluatedShardId; in.ExclusiveStartShardId == nil {
			return all, nil
		}
	}
}

func (f *follower) open(ctx context.Context, s types.Shard, from types.ShardIteratorType) error {
	out, err := f.client.GetShardIterator(ctx, &dynamodbstreams.GetShardIteratorInput{
		StreamArn: &f.arn, ShardId: s.ShardId, ShardIteratorType: from,
	})
	if err != nil {
		return fmt.Errorf("open a shard of the stream: %w", err)
	}
	f.iterators[*s.ShardId] = out.ShardIterator
	return nil
}

// next shows what is new, in the order of each shard, or waits a moment.
func (f *follower) next(ctx context.Context, see func(streamed)) error {
	news := false
	for _, id := range slices.Sorted(maps.Keys(f.iterators)) {
		out, err := f.client.GetRecords(ctx, &dynamodbstreams.GetRecordsInput{ShardIterator: f.iterators[id]})
		if err != nil {
			return fmt.Errorf("read the stream: %w", err)
		}
		for _, record := range out.Records {
			c, err := read(record)
			if err != nil {
				return err
			}
			see(c)
			news = true
		}
		if f.iterators[id] = out.NextShardIterator; out.NextShardIterator == nil {
			if err := f.goOnBehind(ctx, id); err != nil {
				return err
			}
			news = true
		}
	}
	if news {
		return nil
	}
	return wait(ctx, idle)
}

// goOnBehind opens the shards that follow one which is at its end.
func (f *follower) goOnBehind(ctx context.Context, ended string) error {
	delete(f.iterators, ended)
	shards, err := f.shards(ctx)
	if err != nil {
		return err
	}
	for _, s := range shards {
		if aws.ToString(s.ParentShardId) == ended {
			if err := f.open(ctx, s, types.ShardIteratorTypeTrimHorizon); err != nil {
				return err
			}
		}
	}
	return nil
}

func read(record types.Record) (streamed, error) {
	at, err := tally.ParseSequence(aws.ToString(record.Dynamodb.SequenceNumber))
	if err != nil {
		return streamed{}, err
	}
	keys, err := attributevalue.FromDynamoDBStreamsMap(record.Dynamodb.Keys)
	if err != nil {
		return streamed{}, fmt.Errorf("read a record of the stream: %w", err)
	}
	c := streamed{at: at, userID: textIn(keys, "userId"), key: textIn(keys, lead.SortKey)}
	if record.Dynamodb.NewImage != nil {
		c.after, err = attributevalue.FromDynamoDBStreamsMap(record.Dynamodb.NewImage)
	}
	if err != nil {
		return streamed{}, fmt.Errorf("read a record of the stream: %w", err)
	}
	return c, nil
}
