package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"clientflow/infra/deployment"
	"clientflow/internal/ownership"
	"clientflow/internal/tenantdb"
)

// mustCopy makes a copy of a table, as point-in-time recovery does: its items and its
// key, and nothing else.
func mustCopy(t *testing.T, table string, keys ...string) (name string) {
	t.Helper()
	o := mustOperator(t)
	name = fmt.Sprintf("restored-%d", addresses.Add(1))
	in := &dynamodb.CreateTableInput{TableName: &name, BillingMode: types.BillingModePayPerRequest}
	for i, key := range keys {
		in.AttributeDefinitions = append(in.AttributeDefinitions, types.AttributeDefinition{AttributeName: &key, AttributeType: types.ScalarAttributeTypeS})
		in.KeySchema = append(in.KeySchema, types.KeySchemaElement{AttributeName: &key, KeyType: []types.KeyType{types.KeyTypeHash, types.KeyTypeRange}[i]})
	}
	if _, err := o.db.CreateTable(t.Context(), in); err != nil {
		t.Fatal(err)
	}
	all, err := o.db.Scan(t.Context(), &dynamodb.ScanInput{TableName: &table})
	if err != nil {
		t.Fatal(err)
	}
	for _, item := range all.Items {
		if _, err := o.db.PutItem(t.Context(), &dynamodb.PutItemInput{TableName: &name, Item: item}); err != nil {
			t.Fatal(err)
		}
	}
	return name
}

// lose deletes an item as an accident would.
func lose(t *testing.T, table string, key tenantdb.Item) {
	t.Helper()
	if _, err := mustOperator(t).db.DeleteItem(t.Context(), &dynamodb.DeleteItemInput{TableName: &table, Key: key}); err != nil {
		t.Fatal(err)
	}
}

// loseItems deletes all that the table of leads has of an IB, but what begins with any
// of these.
func (b *ib) loseItems(t *testing.T, but ...string) {
	t.Helper()
	o := mustOperator(t)
	err := o.eachItem(t.Context(), mustTenant(t, b.userID), func(item tenantdb.Item) error {
		begins, _, _ := strings.Cut(textIn(item, "sk"), "#")
		if !slices.Contains(but, begins) {
			lose(t, o.leadsTable, tenantdb.Item{"userId": item["userId"], "sk": item["sk"]})
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// list returns the IB's leads as GET /leads answers them.
func (b *ib) list(t *testing.T) string {
	t.Helper()
	_, body := ask(t, "GET", shared.API+"/leads?limit=100", b.token, nil)
	return body
}

func TestAnIBsItemsComeBack(t *testing.T) {
	t.Parallel()
	o, john := mustOperator(t), mustSignUp(t)
	for _, kind := range []string{"forex-ib", "cfd", ""} {
		john.capture(t, newAddress("visitor"), kind)
	}
	john.synced(t, 3)
	want[nothing](t, 200, "PATCH", shared.API+"/leads/"+john.leads(t)[0].LeadID, john.token, object{"status": "converted"})
	eventually(t, func() error {
		if !strings.Contains(john.stats(t), `"converted":1`) {
			return errLeft
		}
		return nil
	})
	leads, stats := john.list(t), john.stats(t)
	copies := map[string]string{
		"registry": mustCopy(t, o.registryTable, "key"), "users": mustCopy(t, o.usersTable, "userId"), "leads": mustCopy(t, o.leadsTable, "userId", "sk"),
	}

	john.loseItems(t)
	lose(t, o.usersTable, tenantdb.Item{"userId": text(john.userID)})
	for _, key := range []string{"PREFIX#" + john.me.SystemeTagPrefix, "FORM#" + john.me.FormKey} {
		lose(t, o.registryTable, tenantdb.Item{"key": text(key)})
	}
	_, told := mustRun(t, "restore", "-table", "leads", "-from", copies["leads"], "-user", john.userID)
	if !strings.Contains(told, "of an IB without a record") || !strings.Contains(told, "Nothing was changed") {
		t.Errorf("before there is a record it tells %s", told)
	}
	for _, table := range []string{"users", "registry", "leads"} {
		_, told := mustRun(t, "restore", "-table", table, "-from", copies[table], "-user", john.userID, "-apply")
		if !strings.Contains(told, "put back") {
			t.Errorf("of %s it tells %s", table, told)
		}
		wantNothingPersonal(t, told)
	}
	mustRun(t, "recount", "-user", john.userID)
	if got := john.list(t); got != leads {
		t.Errorf("GET /leads answers %s\nwant %s", got, leads)
	}
	eventually(t, func() error {
		if got := john.stats(t); got != stats {
			return fmt.Errorf("GET /stats answers %s\nwant %s", got, stats)
		}
		return nil
	})
	before := john.me
	if john.look(t); john.me != before {
		t.Errorf("the record is of %+v", john.me)
	}
	_, told = mustRun(t, "restore", "-table", "leads", "-from", copies["leads"], "-user", john.userID, "-apply")
	if strings.Contains(told, "put back") {
		t.Errorf("the second time it tells %s", told)
	}
	john.capture(t, newAddress("visitor"), "")
	john.synced(t, 4)
	john.wantCounted(t)
}

// What happened between the moment of the copy and now stands: a lead that came, one
// that was erased, and one that was changed.
func TestWhatHappenedBetweenStands(t *testing.T) {
	t.Parallel()
	o, john := mustOperator(t), mustSignUp(t)
	erased, gone, changed := newAddress("visitor"), newAddress("visitor"), newAddress("visitor")
	for _, visitor := range []string{erased, gone, changed} {
		john.capture(t, visitor, "cfd")
	}
	john.synced(t, 3)
	id := map[string]string{}
	for _, l := range john.leads(t) {
		id[l.Email] = l.LeadID
	}
	copied := mustCopy(t, o.leadsTable, "userId", "sk")

	john.hasten(t)
	want[nothing](t, 204, "DELETE", shared.API+"/leads/"+id[erased], john.token, nil)
	want[nothing](t, 200, "PATCH", shared.API+"/leads/"+id[changed], john.token, object{"status": "churned"})
	late := newAddress("visitor")
	john.capture(t, late, "")
	eventually(t, func() error { // until the trail tells of it, and the erasure alone need not
		_, trail := ask(t, "GET", shared.API+"/audit", john.token, nil)
		if !strings.Contains(trail, "erasure-done") {
			return fmt.Errorf("the trail is %s", trail)
		}
		return nil
	})
	for _, sort := range []string{"LEAD#" + id[gone], "ERASURE#" + id[erased]} {
		lose(t, o.leadsTable, tenantdb.Item{"userId": text(john.userID), "sk": text(sort)})
	}

	_, told := mustRun(t, "restore", "-from", copied, "-user", john.userID, "-apply")
	if !strings.Contains(told, "1 items: erased, left out") || !strings.Contains(told, "1 items: put back") {
		t.Errorf("it tells %s", told)
	}
	got := map[string]string{}
	for _, l := range john.leads(t) {
		got[l.Email] = l.Status
	}
	if len(got) != 3 || got[gone] != "new" || got[changed] != "churned" || got[late] != "new" {
		t.Errorf("then it has %v", got)
	}
	john.wantCounted(t)
	john.synced(t, 3)
}

func TestRestoreOfAnErasedIB(t *testing.T) {
	t.Parallel()
	o, john := mustOperator(t), mustSignUp(t)
	users, registry := mustCopy(t, o.usersTable, "userId"), mustCopy(t, o.registryTable, "key")
	mustRun(t, john.eraseArguments()...)
	for table, copied := range map[string]string{"registry": registry, "users": users} {
		_, told := mustRun(t, "restore", "-table", table, "-from", copied, "-user", john.userID, "-apply")
		if strings.Contains(told, "put back") || table == "users" && !strings.Contains(told, "1 items: erased, left out") {
			t.Errorf("of %s it tells %s", table, told)
		}
	}
	if record, err := o.record(t.Context(), mustTenant(t, john.userID)); err != nil || record != nil {
		t.Errorf("the record is %v, %v", record, err)
	}
}

func TestBadRestores(t *testing.T) {
	t.Parallel()
	for problem, arguments := range map[string][]string{
		"name it in FROM":                 {"restore"},
		`there is no table "visitors"`:    {"restore", "-from", "x", "-table", "visitors"},
		"there is no table visitors-copy": {"restore", "-from", "visitors-copy"},
		"read the copy":                   {"restore", "-from", "x"},
	} {
		if _, _, err := run(t.Context(), arguments...); err == nil || !strings.Contains(err.Error(), problem) {
			t.Errorf("%v: %v, want …%s…", arguments, err, problem)
		}
	}
}

// Where an address belongs to one IB, a lead comes back with its claim, and not when
// another has claimed the address since.
func TestALeadComesBackWithItsAddress(t *testing.T) {
	t.Parallel()
	o, john, sarah := mustOperator(t), mustSignUp(t), mustSignUp(t)
	free, claimed := newAddress("visitor"), newAddress("visitor")
	john.capture(t, free, "")
	john.capture(t, claimed, "")
	john.synced(t, 2)
	copied := mustCopy(t, o.leadsTable, "userId", "sk")
	john.loseItems(t)
	rule := ownership.Exclusive(o.registryTable)
	claim := func(by *ib, address string) error {
		items, err := tenantdb.Owned(o.db, o.leadsTable, "sk").Of(mustTenant(t, by.userID))
		if err != nil {
			t.Fatal(err)
		}
		return items.Transact(t.Context(), rule.Claim(items.Tenant(), address, time.Now()))
	}
	if err := claim(sarah, claimed); err != nil {
		t.Fatal(err)
	}
	var told bytes.Buffer
	err := realMain(t.Context(), []string{"restore", "-from", copied, "-user", john.userID, "-apply"},
		func(ctx context.Context, name string) (deployment.Deployment, error) {
			d, err := sharedStack(ctx, name)
			d.Parameters["LeadOwnership"] = "exclusive"
			return d, err
		}, io.Discard, &told)
	if err != nil || !strings.Contains(told.String(), "1 items: of an address that is another IB's by now, left out") {
		t.Errorf("got %v, %s", err, &told)
	}
	if all := john.leads(t); len(all) != 1 || all[0].Email != free {
		t.Errorf("then it has %+v", all)
	}
	if err := claim(sarah, free); err == nil {
		t.Error("the address of the lead that came back can be another's")
	}
}
