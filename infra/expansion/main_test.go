package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
)

const projects = "../../template.yaml"

// mustDescribe returns what the local AWS reads of the project's template, as the
// expansion would be if nothing differed.
func mustDescribe(t *testing.T) map[string]any {
	t.Helper()
	read, err := load(projects, nil)
	if err != nil {
		t.Fatal(err)
	}
	described, err := plain(describe(read))
	if err != nil {
		t.Fatal(err)
	}
	return described.(map[string]any)
}

// run compares an expansion with the project's template.
func run(t *testing.T, expansion map[string]any) (string, error) {
	t.Helper()
	document, err := json.Marshal(expansion)
	if err != nil {
		t.Fatal(err)
	}
	var out strings.Builder
	err = realMain([]string{projects}, bytes.NewReader(document), &out)
	return out.String(), err
}

func TestWhatIsTheSame(t *testing.T) {
	t.Parallel()
	printed, err := run(t, mustDescribe(t))
	if err != nil || !strings.Contains(printed, "as AWS does: ") {
		t.Errorf("printed %s, %v", printed, err)
	}
}

// Every value that is compared is missed when it is another, or gone.
func TestEveryDifferenceIsTold(t *testing.T) {
	t.Parallel()
	leaves := paths(mustDescribe(t), nil)
	if len(leaves) < 500 {
		t.Fatalf("only %d values are compared", len(leaves))
	}
	read, changed := mustDescribe(t), mustDescribe(t)
	for _, path := range leaves {
		was := put(changed, path, "changed")
		differences := compare("", changed, read)
		if len(differences) != 1 {
			t.Errorf("%v: %q", path, differences)
		}
		put(changed, path, was)
	}
}

func TestADifferenceSaysWhereAndWhat(t *testing.T) {
	t.Parallel()
	expansion := mustDescribe(t)
	put(expansion, []any{"routes", "GET /me", "authorizer"}, "changed")
	delete(expansion["tables"].(map[string]any), "LeadsTable")
	printed, err := run(t, expansion)
	if err == nil || !strings.Contains(err.Error(), "2 differences") {
		t.Errorf("error %v", err)
	}
	for _, want := range []string{
		"/routes/GET /me/authorizer\n  AWS:   \"changed\"\n  local: \"CognitoAuthorizer\"\n", "/tables/LeadsTable\n  AWS:   nothing\n",
	} {
		if !strings.Contains(printed, want) {
			t.Errorf("%q is not in %s", want, printed)
		}
	}
}

func TestWhatItNeeds(t *testing.T) {
	t.Parallel()
	for want, arguments := range map[string][]string{
		"usage:": nil, "no such file": {"nowhere.yaml"}, "is not Parameter=Value": {projects, "Stage"}, "read the expansion": {projects},
	} {
		err := realMain(arguments, strings.NewReader("no JSON"), &strings.Builder{})
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v: %v", arguments, err)
		}
	}
}

// paths are those of all values that hold no others.
func paths(value any, at []any) [][]any {
	var all [][]any
	step := func(key, child any) { all = append(all, paths(child, append(append([]any{}, at...), key))...) }
	switch v := value.(type) {
	case map[string]any:
		for key, child := range v {
			step(key, child)
		}
	case []any:
		for i, child := range v {
			step(i, child)
		}
	default:
		return [][]any{at}
	}
	return all
}

// put puts another value at a path, and returns the one that was there.
func put(value any, path []any, other any) (was any) {
	last := path[len(path)-1]
	for _, key := range path[:len(path)-1] {
		value = child(value, key)
	}
	was = child(value, last)
	switch v := value.(type) {
	case map[string]any:
		v[fmt.Sprint(last)] = other
	case []any:
		v[last.(int)] = other
	}
	return was
}

func child(value, key any) any {
	if list, is := value.([]any); is {
		return list[key.(int)]
	}
	return value.(map[string]any)[fmt.Sprint(key)]
}
