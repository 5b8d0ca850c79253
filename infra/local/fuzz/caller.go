package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"

	"clientflow/infra/local/demo"
)

// caller is someone who tries the API, and the real ids that are tried besides
// made-up ones.
type caller struct {
	name, authorization string
	// operations chooses them, by schemathesis's own flags. Those that are not slow are
	// asked three times as often.
	operations              []string
	slow                    bool
	userID, formKey, leadID string
}

// callers returns nobody, twice, three IBs and an admin. All know the ids of the first
// IB. Signing in is answered on a grid of half seconds whoever asks, so it is a part of
// its own. So are the two things that an IB does to its own account, each an IB's who does
// nothing else: Cognito soon hears no more passwords, of which the document's example has
// the right one, and who signed out is heard no more.
func callers(ctx context.Context, api string) ([]caller, error) {
	var ibs []caller
	var admin caller
	for _, account := range demo.Accounts() {
		authorization, err := signIn(ctx, api, account.Email)
		switch {
		case err != nil:
			return nil, err
		case account.Admin:
			admin = caller{name: "an admin", authorization: authorization}
		default:
			ibs = append(ibs, caller{name: "an IB", authorization: authorization})
		}
	}
	if len(ibs) < 3 {
		return nil, fmt.Errorf("the demo has %d IBs, of which three are needed", len(ibs))
	}
	ib, changing, leaving := ibs[0], ibs[1], ibs[2]
	var me struct{ UserID, FormKey string }
	var page struct{ Leads []struct{ LeadID string } }
	if err := ask(ctx, http.MethodGet, api+"/me", ib.authorization, nil, &me); err != nil {
		return nil, err
	}
	if err := ask(ctx, http.MethodGet, api+"/leads?limit=1", ib.authorization, nil, &page); err != nil {
		return nil, err
	}
	if len(page.Leads) == 0 {
		return nil, fmt.Errorf("the demo's IB has no lead")
	}
	const account, pages, service = "--exclude-tag=Account", "--exclude-tag=Pages", "--exclude-tag=Service"
	ib.operations, admin.operations = []string{account, pages, service}, []string{"--include-tag=Admin", "--include-tag=Dashboard"}
	changing.name, changing.operations = "an IB who changes the password", []string{"--include-operation-id=changePassword"}
	leaving.name, leaving.operations = "an IB who signs out everywhere", []string{"--include-operation-id=revokeSessions"}
	all := []caller{
		{name: "nobody who signs in", authorization: "none", operations: []string{"--include-tag=Account"}, slow: true},
		{name: "nobody", authorization: "none", operations: []string{account}}, ib, changing, leaving, admin,
	}
	for i := range all {
		all[i].userID, all[i].formKey, all[i].leadID = me.UserID, me.FormKey, page.Leads[0].LeadID
	}
	return all, nil
}

func signIn(ctx context.Context, api, email string) (authorization string, err error) {
	var tokens struct{ AccessToken string }
	err = ask(ctx, http.MethodPost, api+"/login", "", map[string]string{"email": email, "password": demo.Password}, &tokens)
	return "Bearer " + tokens.AccessToken, err
}

// ask sends one request and decodes the answer.
func ask(ctx context.Context, method, address, authorization string, document, into any) error {
	body, err := json.Marshal(document)
	if err != nil {
		return err
	}
	request, err := http.NewRequestWithContext(ctx, method, address, bytes.NewReader(body))
	if err != nil {
		return err
	}
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("Authorization", authorization)
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("%s %s: %s", method, address, response.Status)
	}
	return json.NewDecoder(response.Body).Decode(into)
}

// fuzz runs schemathesis and returns what it says.
func (c caller) fuzz(ctx context.Context, tool, root, api string, s settings) (report []byte, err error) {
	examples := s.examples
	if !c.slow {
		examples *= 3
	}
	arguments := []string{"--no-color",
		"--config-file", filepath.Join(root, "infra", "local", "fuzz", "schemathesis.toml"),
		"run", filepath.Join(root, "infra", "openapi.yaml"),
		"--seed", strconv.Itoa(s.seed), "--max-examples", strconv.Itoa(examples)}
	command := exec.CommandContext(ctx, tool, append(arguments, c.operations...)...)
	// In the environment, since the list of processes shows arguments.
	command.Env = append(os.Environ(), "FUZZ_API="+api, "FUZZ_AUTHORIZATION="+c.authorization,
		"FUZZ_USER_ID="+c.userID, "FUZZ_FORM_KEY="+c.formKey, "FUZZ_LEAD_ID="+c.leadID)
	command.Dir = filepath.Join(root, ".build") // where it leaves what it keeps
	return command.CombinedOutput()
}
