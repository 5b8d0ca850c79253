package pace

import (
	"context"
	"errors"
	"strconv"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// key is the item's. Roles name it in their policies.
const key = "RATE#systeme"

// The item's attributes: times are microseconds since 1970, the speed is in parts of
// the rate, turns are all that were ever booked.
const (
	nextTurn    = "nextTurn"
	pausedUntil = "pausedUntil"
	speed       = "speed"
	slowUntil   = "slowUntil"
	turns       = "turns"
)

// API is the part of DynamoDB that is used here. UpdateItem is all: it returns what
// the item is or what kept it from changing, so nobody needs to be able to read the
// Registry.
type API interface {
	UpdateItem(context.Context, *dynamodb.UpdateItemInput, ...func(*dynamodb.Options)) (*dynamodb.UpdateItemOutput, error)
}

// item is where the line is kept.
type item struct {
	db    API
	table string
}

type values = map[string]types.AttributeValue

// booking is a try to book a turn.
type booking struct {
	// behind tells that the turn is behind others, and not now.
	behind                bool
	now, latest, furthest time.Time
	interval              time.Duration
}

const (
	notPaused = "(attribute_not_exists(pausedUntil) OR NOT pausedUntil BETWEEN :now AND :longestPause)"
	// behindOthers takes the turn that is free next, whichever that has become.
	behindOthers = "SET nextTurn = nextTurn + :interval ADD turns :one"
	othersThere  = "nextTurn BETWEEN :now AND :latest AND " + notPaused
	// atOnce takes a turn now, when none is booked.
	atOnce   = "SET nextTurn = :now + :interval ADD turns :one"
	nobodyIs = "(attribute_not_exists(nextTurn) OR nextTurn < :now OR nextTurn > :furthest) AND " + notPaused
)

// book books a turn if the line is as the booking has it, and returns the line.
func (i item) book(ctx context.Context, b booking) (now line, booked bool, err error) {
	given := values{
		":now": stamp(b.now), ":interval": number(float64(b.interval.Microseconds())), ":longestPause": stamp(b.now.Add(longestPause)),
		":one": number(1),
	}
	if b.behind {
		given[":latest"] = stamp(b.latest)
		return i.change(ctx, behindOthers, othersThere, given)
	}
	given[":furthest"] = stamp(b.furthest)
	return i.change(ctx, atOnce, nobodyIs, given)
}

// pause has all stay away until then, if they do not for longer already.
func (i item) pause(ctx context.Context, until, now time.Time) (line, error) {
	l, _, err := i.change(ctx, "SET pausedUntil = :until",
		"attribute_not_exists(pausedUntil) OR pausedUntil < :until OR pausedUntil > :longestPause",
		values{":until": stamp(until), ":longestPause": stamp(now.Add(longestPause))})
	return l, err
}

// slow has all go at a part of the rate until then.
func (i item) slow(ctx context.Context, part float64, until time.Time) (line, error) {
	l, _, err := i.change(ctx, "SET speed = :speed, slowUntil = :until", "",
		values{":speed": number(part), ":until": stamp(until)})
	return l, err
}

// look returns the line, by a write that changes nothing.
func (i item) look(ctx context.Context) (line, error) {
	l, _, err := i.change(ctx, "", "", nil)
	return l, err
}

// change changes the item if the condition holds, and returns the line as it then
// is.
func (i item) change(ctx context.Context, update, condition string, given values) (now line, changed bool, err error) {
	out, err := i.db.UpdateItem(ctx, &dynamodb.UpdateItemInput{
		TableName:                           &i.table,
		Key:                                 values{"key": &types.AttributeValueMemberS{Value: key}},
		UpdateExpression:                    optional(update),
		ConditionExpression:                 optional(condition),
		ExpressionAttributeValues:           given,
		ReturnValues:                        types.ReturnValueAllNew,
		ReturnValuesOnConditionCheckFailure: types.ReturnValuesOnConditionCheckFailureAllOld,
	})
	if unmet, is := errors.AsType[*types.ConditionalCheckFailedException](err); is {
		return read(unmet.Item), false, nil
	}
	if err != nil {
		return line{}, false, err
	}
	return read(out.Attributes), true, nil
}

// read reads a line. What is missing, or no number, is zero: nobody has written it.
func read(attributes values) line {
	at := func(name string) time.Time {
		if n := float(attributes[name]); n > 0 {
			return time.UnixMicro(int64(n))
		}
		return time.Time{}
	}
	return line{
		next: at(nextTurn), pausedUntil: at(pausedUntil), speed: float(attributes[speed]), slowUntil: at(slowUntil),
		turns: int64(float(attributes[turns])),
	}
}

func float(value types.AttributeValue) float64 {
	n, is := value.(*types.AttributeValueMemberN)
	if !is {
		return 0
	}
	f, err := strconv.ParseFloat(n.Value, 64)
	if err != nil {
		return 0
	}
	return f
}

func stamp(t time.Time) types.AttributeValue { return number(float64(t.UnixMicro())) }

func number(n float64) types.AttributeValue {
	return &types.AttributeValueMemberN{Value: strconv.FormatFloat(n, 'f', -1, 64)}
}

func optional(expression string) *string {
	if expression == "" {
		return nil
	}
	return aws.String(expression)
}
