package dynamodb_test

import (
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"
)

func TestRequestsThatAreNotUnderstood(t *testing.T) {
	t.Parallel()
	h := withPlainTable(t)
	tests := map[string]struct{ request, kind string }{
		"no JSON":                 {`{"TableName":`, "SerializationException"},
		"nothing":                 {``, "SerializationException"},
		"a list":                  {`[]`, "SerializationException"},
		"a number for a text":     {`{"TableName":5}`, "SerializationException"},
		"an item that is a list":  {`{"TableName":"plain","Item":[]}`, "SerializationException"},
		"a value of another type": {`{"TableName":"plain","Item":{"pk":{"S":5}}}`, "SerializationException"},
		"not base64":              {`{"TableName":"plain","Item":{"pk":{"B":"?"}}}`, "SerializationException"},
		"a legacy member":         {`{"TableName":"plain","Item":{"pk":{"S":"p"},"sk":{"N":"1"}},"Expected":{}}`, "ValidationException"},
		"a value of no type":      {`{"TableName":"plain","Item":{"pk":{}}}`, "ValidationException"},
		"a value of two types":    {`{"TableName":"plain","Item":{"pk":{"S":"p","N":"1"}}}`, "ValidationException"},
		"a value of unknown type": {`{"TableName":"plain","Item":{"pk":{"X":"p"}}}`, "ValidationException"},
		"a null":                  {`{"TableName":"plain","Item":{"pk":null}}`, "ValidationException"},
		"no item":                 {`{"TableName":"plain"}`, "ValidationException"},
		"no table":                {`{"Item":{"pk":{"S":"p"},"sk":{"N":"1"}}}`, "ValidationException"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			failure := h.fail("PutItem", test.request, test.kind)
			if name == "a legacy member" && !strings.Contains(failure.Message, `"Expected"`) {
				t.Errorf("message %q does not name the member", failure.Message)
			}
		})
	}
}

func TestTokenIsForgottenAfterTenMinutes(t *testing.T) {
	t.Parallel()
	h := withPlainTable(t)
	count := `{"TransactItems":[{"Update":{"TableName":"plain","Key":{"pk":{"S":"p"},"sk":{"N":"1"}},"UpdateExpression":"ADD n :n","ExpressionAttributeValues":{":n":{"N":"1"}}}}],"ClientRequestToken":"t"}`
	sameInOtherWords := `{"ClientRequestToken":"t","TransactItems":[{"Update":{"Key":{"sk":{"N":"1.0"},"pk":{"S":"p"}},"TableName":"plain","UpdateExpression":"ADD n :n","ExpressionAttributeValues":{":n":{"N":"1e0"}}}}]}`
	other := strings.Replace(count, `{":n":{"N":"1"}}`, `{":n":{"N":"2"}}`, 1)
	want := func(n string) {
		t.Helper()
		got := h.json("GetItem", `{"TableName":"plain","Key":{"pk":{"S":"p"},"sk":{"N":"1"}},"ProjectionExpression":"n"}`)
		if got != `{"Item":{"n":{"N":"`+n+`"}}}` {
			t.Errorf("the count is %s, want %s", got, n)
		}
	}
	h.must("TransactWriteItems", count)
	h.now = h.now.Add(10*time.Minute - time.Second)
	h.must("TransactWriteItems", sameInOtherWords)
	want("1")
	h.fail("TransactWriteItems", other, "IdempotentParameterMismatchException")
	h.now = h.now.Add(time.Second)
	h.must("TransactWriteItems", other)
	want("3")
}

func TestOneWriterAtATime(t *testing.T) {
	t.Parallel()
	h := withPlainTable(t)
	h.put(`{"pk":{"S":"p"},"sk":{"N":"0"},"n":{"N":"0"}}`)
	const writers, writes = 8, 50
	var done sync.WaitGroup
	won := make(chan string, writers*writes)
	for w := range writers {
		done.Go(func() {
			for i := range writes {
				if _, err := h.call("UpdateItem", `{"TableName":"plain","Key":{"pk":{"S":"p"},"sk":{"N":"0"}},"UpdateExpression":"ADD n :n","ExpressionAttributeValues":{":n":{"N":"1"}}}`); err != nil {
					t.Error(err)
				}
				claim := fmt.Sprintf(`{"TableName":"plain","Item":{"pk":{"S":"claim"},"sk":{"N":"%d"}},"ConditionExpression":"attribute_not_exists(pk)"}`, i)
				if _, err := h.call("PutItem", claim); err == nil {
					won <- fmt.Sprint(w, i)
				}
			}
		})
	}
	done.Wait()
	if len(won) != writes {
		t.Errorf("%d claims of %d keys succeed", len(won), writes)
	}
	if got, want := h.json("GetItem", `{"TableName":"plain","Key":{"pk":{"S":"p"},"sk":{"N":"0"}},"ProjectionExpression":"n"}`), fmt.Sprintf(`{"Item":{"n":{"N":"%d"}}}`, writers*writes); got != want {
		t.Errorf("count %s, want %s", got, want)
	}
}
