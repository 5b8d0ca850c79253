package account_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"clientflow/infra/local/iam"
	"clientflow/internal/account"
	"clientflow/internal/tenantdb"
)

// list puts the nth IB into the directory as one who signed up in the nth minute.
func (l *local) list(t *testing.T, n int) {
	t.Helper()
	record := tenantdb.Item{}
	for name, value := range map[string]string{
		"userId": person(n).Subject, "email": person(n).Email, "listedAs": "ib",
		"createdAt": fmt.Sprintf("2026-05-04T12:%02d:00.000Z", n),
	} {
		record[name] = &types.AttributeValueMemberS{Value: value}
	}
	if _, err := l.Client.PutItem(t.Context(), &dynamodb.PutItemInput{TableName: &l.UsersTable, Item: record}); err != nil {
		t.Fatal(err)
	}
}

// pages reads the directory to its end and returns the userIds of each page. What
// it goes on with is what a caller was handed.
func pages(t *testing.T, directory account.Directory, limit int) [][]string {
	t.Helper()
	var all [][]string
	var after *account.Place
	for {
		page, err := directory.Page(t.Context(), after, limit)
		if err != nil {
			t.Fatal(err)
		}
		var ids []string
		for _, id := range page.IBs {
			ids = append(ids, id.String())
		}
		all = append(all, ids)
		if page.Next == nil {
			return all
		}
		next, err := account.ParsePlace(page.Next.String())
		if err != nil {
			t.Fatal(err)
		}
		after = &next
	}
}

func TestDirectoryIsNewestFirstAndPaged(t *testing.T) {
	t.Parallel()
	l := start(t)
	directory := account.NewDirectory(l.Client, l.UsersTable)
	if got := pages(t, directory, 3); len(got) != 1 || len(got[0]) != 0 {
		t.Errorf("nobody is %v", got)
	}
	var want []string
	for n := range 7 {
		l.list(t, n)
		want = slices.Insert(want, 0, person(n).Subject)
	}
	for limit, lengths := range map[int][]int{1: {1, 1, 1, 1, 1, 1, 1}, 3: {3, 3, 1}, 7: {7}, 10: {7}} {
		got := pages(t, directory, limit)
		if all := slices.Concat(got...); !slices.Equal(all, want) {
			t.Errorf("%d at a time: %v, want %v", limit, all, want)
		}
		var found []int
		for _, page := range got {
			found = append(found, len(page))
		}
		if !slices.Equal(found, lengths) {
			t.Errorf("%d at a time: pages of %v, want %v", limit, found, lengths)
		}
	}
}

// Anyone can have typed the address of a sign-up, so it takes its code to be listed.
func TestWhoIsInTheDirectory(t *testing.T) {
	t.Parallel()
	l := start(t)
	directory, desk := account.NewDirectory(l.Client, l.UsersTable), l.desk(http.DefaultClient)
	listed := func() int { return len(slices.Concat(pages(t, directory, 10)...)) }

	desk.post(t, "/signup", signUpBody)
	if listed() != 0 {
		t.Error("listed before the address was confirmed")
	}
	desk.post(t, "/signup/confirm", confirmBody(l.lastCode(t, "john@acme.com")))
	if listed() != 1 {
		t.Error("not listed when the address was confirmed")
	}

	// A record that was made before there was a directory.
	userID := str(l.items(t, l.UsersTable)[0], "userId")
	_, err := l.Client.UpdateItem(t.Context(), &dynamodb.UpdateItemInput{
		TableName: &l.UsersTable, Key: tenantdb.Item{"userId": &types.AttributeValueMemberS{Value: userID}},
		UpdateExpression: aws.String("REMOVE listedAs"),
	})
	if err != nil || listed() != 0 {
		t.Fatalf("still listed: %v", err)
	}
	desk.post(t, "/login", loginBody)
	if got := slices.Concat(pages(t, directory, 10)...); !slices.Equal(got, []string{userID}) {
		t.Errorf("after the next sign-in: %v, want %s", got, userID)
	}
}

// pageOf answers every query with the same page.
type pageOf struct {
	page dynamodb.QueryOutput
	err  error
}

func (p pageOf) Query(context.Context, *dynamodb.QueryInput, ...func(*dynamodb.Options)) (*dynamodb.QueryOutput, error) {
	return &p.page, p.err
}

func TestDirectoryWithoutAnAnswer(t *testing.T) {
	t.Parallel()
	down := errors.New("the table is down")
	if _, err := account.NewDirectory(pageOf{err: down}, "users").Page(t.Context(), nil, 5); !errors.Is(err, down) {
		t.Errorf("got %v", err)
	}
	nobody := dynamodb.QueryOutput{Items: []tenantdb.Item{{"userId": &types.AttributeValueMemberS{Value: "nobody"}}}}
	if page, err := account.NewDirectory(pageOf{page: nobody}, "users").Page(t.Context(), nil, 5); err == nil {
		t.Errorf("an id that is none: %v", page)
	}
}

// A page that DynamoDB ends early says where the list goes on.
func TestDirectoryPageThatEndsEarly(t *testing.T) {
	t.Parallel()
	john := tenantdb.Item{
		"userId":    &types.AttributeValueMemberS{Value: person(1).Subject},
		"createdAt": &types.AttributeValueMemberS{Value: "2026-05-04T12:00:00.000Z"},
	}
	early := dynamodb.QueryOutput{Items: []tenantdb.Item{john}, LastEvaluatedKey: john}
	page, err := account.NewDirectory(pageOf{page: early}, "users").Page(t.Context(), nil, 5)
	if err != nil || len(page.IBs) != 1 || page.Next == nil {
		t.Errorf("got %v, %v", page, err)
	}
}

// The directory's index is the one index that does not lead with the tenant, and for
// functions that serve no IB.
func TestWhoMayReadTheDirectory(t *testing.T) {
	t.Parallel()
	readers := []string{"AdminFunctionRole", "ReconcileFunctionRole"}
	l := start(t)
	index := "arn:aws:dynamodb:us-east-1:000000000000:table/" + l.UsersTable + "/index/listedByCreatedAt"
	for id, role := range l.roles {
		for _, action := range []string{"Query", "Scan", "GetItem", "BatchGetItem", "PartiQLSelect"} {
			for _, tag := range []string{"", "ib", person(1).Subject} {
				caller := iam.Principal{ARN: role.ARN, Policies: role.Policies, Tags: map[string]string{"userId": tag}}
				err := caller.Authorize(iam.Request{Action: "dynamodb:" + action, Resource: index, Context: map[string][]string{
					"dynamodb:LeadingKeys": {"ib"}, "dynamodb:Attributes": {"listedAs"}, "dynamodb:Select": {"ALL_PROJECTED_ATTRIBUTES"},
				}})
				if allowed := action == "Query" && slices.Contains(readers, id); (err == nil) != allowed {
					t.Errorf("%s with the tag %q, %s: %v", id, tag, action, err)
				}
			}
		}
	}
}

// What the policy says is what the tables do: an IB's credentials read no directory.
func TestAnIBCannotReadTheDirectory(t *testing.T) {
	t.Parallel()
	l := start(t)
	config := l.as("TenantFunctionRole", http.DefaultClient)
	lent, err := l.lender().Credentials(l.mustCreate(t, 1))
	if err != nil {
		t.Fatal(err)
	}
	config.Credentials = lent
	_, err = account.NewDirectory(dynamodb.NewFromConfig(config), l.UsersTable).Page(t.Context(), nil, 5)
	if err == nil || !strings.Contains(err.Error(), "AccessDeniedException") {
		t.Errorf("got %v", err)
	}
}

func TestParsePlaceRefuses(t *testing.T) {
	t.Parallel()
	const encoded = "MjAyNi0wNS0wNFQxMjowMDowMC4wMDBaMDAwMDAwMDEtMDAwMC00MDAwLTgwMDAtMDAwMDAwMDAwMDAw"
	if p, err := account.ParsePlace(encoded); err != nil || p.String() != encoded {
		t.Fatalf("got %v, %v", p, err)
	}
	for name, text := range map[string]string{
		"nothing": "", "no base64": "%", "too short": encoded[:40], "an id cut short": encoded[:len(encoded)-4],
		"a line break": encoded[:8] + "\n" + encoded[8:], "something behind": encoded + "AAAA",
		"no such day": "MjAyNi0wMi0zMFQxMjowMDowMC4wMDBaMDAwMDAwMDEtMDAwMC00MDAwLTgwMDAtMDAwMDAwMDAwMDAw",
	} {
		if p, err := account.ParsePlace(text); !errors.Is(err, account.ErrPlace) {
			t.Errorf("%s: %v, %v", name, p, err)
		}
	}
}

func FuzzParsePlace(f *testing.F) {
	f.Add("MjAyNi0wNS0wNFQxMjowMDowMC4wMDBaMDAwMDAwMDEtMDAwMC00MDAwLTgwMDAtMDAwMDAwMDAwMDAw")
	f.Add("")
	f.Fuzz(func(t *testing.T, text string) {
		if p, err := account.ParsePlace(text); err == nil && p.String() != text {
			t.Errorf("%q is read as %q", text, p)
		}
	})
}
