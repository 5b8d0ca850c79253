package cognito_test

import (
	"sync"
	"sync/atomic"
	"testing"
)

func TestListUsersRefusesBadInput(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	s.user(john)
	for name, in := range map[string]object{
		"too many":             {"Limit": 61},
		"less than none":       {"Limit": -1},
		"a made-up page":       {"PaginationToken": "x"},
		"no operator":          {"Filter": "email"},
		"an unknown attribute": {"Filter": `shoe_size = "46"`},
	} {
		in["UserPoolId"] = poolID
		if _, kind, message := s.call("ListUsers", in, root); kind != "InvalidParameterException" {
			t.Errorf("%s: %s: %s", name, kind, message)
		}
	}
}

func TestListUsersGivesTheAttributesAskedFor(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	s.user(john)
	out := s.want("", "ListUsers", object{"UserPoolId": poolID, "Filter": `name = "john"`, "AttributesToGet": []string{"email"}}, root)
	users := out["Users"].([]any)
	if len(users) != 1 {
		t.Fatalf("users %v, want one", users)
	}
	attributes := users[0].(object)["Attributes"].([]any)
	if len(attributes) != 1 || attributes[0].(object)["Name"] != "email" {
		t.Errorf("attributes %v, want the email alone", attributes)
	}
}

// TestOneAddressOneUser: of sign-ups side by side, one wins.
func TestOneAddressOneUser(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	var made atomic.Int32
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			_, kind, _ := s.call("SignUp", object{"ClientId": clientID, "Username": john, "Password": good,
				"UserAttributes": []object{{"Name": "name", "Value": "John"}}})
			switch kind {
			case "":
				made.Add(1)
			case "UsernameExistsException":
			default:
				t.Errorf("error %s", kind)
			}
		})
	}
	wg.Wait()
	if made.Load() != 1 {
		t.Errorf("%d sign-ups went through, want 1", made.Load())
	}
}
