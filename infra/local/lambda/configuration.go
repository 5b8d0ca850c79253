package lambda

import (
	"context"
	"fmt"
	"maps"
	"net/http"
	"time"

	"clientflow/infra/local/iam"
	"clientflow/infra/local/wire"
)

// Register adds to the endpoint the part of Lambda's API that tells of a function's
// variables and replaces them.
func (h *Host) Register(mux *wire.Mux) {
	const path = " /2015-03-31/functions/{name}/configuration"
	mux.HandleREST(http.MethodGet+path, h.getFunctionConfiguration)
	mux.HandleREST(http.MethodPut+path, h.updateFunctionConfiguration)
}

// configuration is a function as AWS shows it.
type configuration struct {
	FunctionName     string
	FunctionArn      string
	Timeout          int
	MemorySize       int
	Environment      variables
	RevisionID       string `json:"RevisionId"`
	LastModified     string
	State            string
	LastUpdateStatus string
}

type variables struct{ Variables map[string]string }

// show returns the function as it is. A change is done when it is answered: the next
// invocation meets it.
func (f *Function) show() configuration {
	f.mu.Lock()
	defer f.mu.Unlock()
	return configuration{
		FunctionName: f.config.Name, FunctionArn: f.config.ARN,
		Timeout: int(f.config.Timeout.Seconds()), MemorySize: f.config.MemoryMB,
		Environment: variables{f.variables}, RevisionID: f.revision, LastModified: f.changed.UTC().Format("2006-01-02T15:04:05.000-0700"),
		State: "Active", LastUpdateStatus: "Successful",
	}
}

func (h *Host) getFunctionConfiguration(_ context.Context, call wire.Call) (any, error) {
	f, err := h.find(call, "GetFunctionConfiguration")
	if err != nil {
		return nil, err
	}
	return f.show(), nil
}

func (h *Host) updateFunctionConfiguration(_ context.Context, call wire.Call) (any, error) {
	f, err := h.find(call, "UpdateFunctionConfiguration")
	if err != nil {
		return nil, err
	}
	asked, err := wire.Decode[struct {
		Environment *variables
		RevisionID  string `json:"RevisionId"`
	}](call)
	if err != nil {
		return nil, err
	}
	if asked.Environment != nil && !f.replace(asked.Environment.Variables, asked.RevisionID) {
		return nil, &wire.Error{
			Type: "PreconditionFailedException", Status: http.StatusPreconditionFailed,
			Message: "The Revision Id provided does not match the latest Revision Id. Call the GetFunction/GetAlias API to retrieve the latest Revision Id",
		}
	}
	return f.show(), nil
}

// find returns the function that a call names, if its caller may do that to it.
func (h *Host) find(call wire.Call, action string) (*Function, error) {
	name := call.Path("name")
	arn := fmt.Sprintf("arn:aws:lambda:us-east-1:%s:function:%s", iam.AccountID, name)
	if err := call.Caller.Authorize(iam.Request{Action: "lambda:" + action, Resource: arn}); err != nil {
		return nil, err
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	f, known := h.functions[name]
	if !known {
		return nil, &wire.Error{Type: "ResourceNotFoundException", Status: http.StatusNotFound, Message: "Function not found: " + arn}
	}
	return f, nil
}

// settings are what an environment is started with.
func (f *Function) settings() (added map[string]string, revision string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.variables, f.revision
}

// replace puts other variables in the place of the function's own, unless these are no
// longer of the revision, if one is named. The same variables replace nothing. Of the
// environments those that have work end after it, and the others at once.
func (f *Function) replace(added map[string]string, revision string) bool {
	idle, ok := f.change(added, revision)
	for _, e := range idle {
		e.kill()
	}
	return ok
}

// change does what replace does, but for the idle environments, which it returns.
func (f *Function) change(added map[string]string, revision string) (idle []*environment, ok bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	switch {
	case revision != "" && revision != f.revision:
		return nil, false
	case maps.Equal(added, f.variables):
		return nil, true
	}
	f.variables, f.revision, f.changed = added, newUUID(), time.Now()
	idle, f.idle = f.idle, nil
	return idle, true
}
