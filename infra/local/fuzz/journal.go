package main

import (
	"bytes"
	"errors"
	"fmt"
	"regexp"
	"sync"

	"clientflow/infra/local/template"
)

// route finds in a line of a log the route of the API whose request was handled.
var route = regexp.MustCompile(`"msg":"event".*"route":"([^"]+)"`)

// journal keeps of the functions' logs the lines about events that failed, and which
// routes were reached.
type journal struct {
	mu      sync.Mutex
	failed  []byte
	reached map[string]bool
}

// Write takes one line, as the stack writes them.
func (j *journal) Write(line []byte) (int, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if bytes.Contains(line, []byte(`"level":"ERROR"`)) {
		j.failed = append(j.failed, line...)
	}
	if found := route.FindSubmatch(line); found != nil {
		if j.reached == nil {
			j.reached = map[string]bool{}
		}
		j.reached[string(found[1])] = true
	}
	return len(line), nil
}

// err names the events that failed, and the routes for which the gateway alone has
// answered.
func (j *journal) err(functions []template.Function) error {
	j.mu.Lock()
	defer j.mu.Unlock()
	var wrong []error
	if len(j.failed) > 0 {
		wrong = append(wrong, fmt.Errorf("functions failed:\n%s", j.failed))
	}
	for _, f := range functions {
		for _, r := range f.Routes {
			if key := r.Method + " " + r.Path; !j.reached[key] {
				wrong = append(wrong, fmt.Errorf("%s was never reached", key))
			}
		}
	}
	return errors.Join(wrong...)
}
