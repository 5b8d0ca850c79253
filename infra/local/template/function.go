package template

import (
	"regexp"
	"strings"
	"time"

	"clientflow/infra/local/iam"
)

// Function is one Lambda function.
type Function struct {
	LogicalID string
	// Name and ARN are what AWS calls it.
	Name, ARN string
	// Folder is where its main package lies under functions/: capture-lead for
	// CaptureLeadFunction.
	Folder string
	// Timeout ends an invocation.
	Timeout time.Duration
	// MemoryMB is what the function may take; nobody holds it to it here.
	MemoryMB int
	// Environment are the variables that the template sets.
	Environment map[string]string
	// LogFormat is JSON or Text, LogGroup the name of the group it logs to.
	LogFormat, LogGroup string
	// Tracing is Active or PassThrough; empty when the template does not say, which is
	// PassThrough too.
	Tracing string
	// Role is the ARN of the role that it runs under.
	Role string
	// Concurrency is the most environments at a time; 0 when the template does
	// not say.
	Concurrency int

	Routes    []Route
	Queues    []QueueEvent
	Streams   []StreamEvent
	Schedules []ScheduleEvent
}

// functionDefaults is Globals.Function.
type functionDefaults struct{ properties value }

func (s *scope) readGlobals(section value) (functionDefaults, error) {
	var defaults functionDefaults
	err := section.object(fields{"Function": func(v value) (err error) {
		defaults.properties, err = s.evaluate(v)
		return err
	}})
	return defaults, err
}

// functionReader gathers what is read of one function.
type functionReader struct {
	function *Function
	template *Template
	routes   map[string]bool // the keys that are taken
	policies []iam.Policy
	events   value
	runtime  bool
}

var functionID = regexp.MustCompile(`^([A-Z][a-z0-9]*)+Function$`)

func (t *Template) addFunction(r *resource, properties value, defaults functionDefaults) error {
	if !functionID.MatchString(r.id) {
		return r.declared.errorf("a function is named like CaptureLeadFunction, for the folder functions/capture-lead")
	}
	name, err := properties.scope.physicalName(r)
	if err != nil {
		return err
	}
	f := Function{
		LogicalID:   r.id,
		Name:        name,
		ARN:         functionARN(name),
		Folder:      kebab(strings.TrimSuffix(r.id, "Function")),
		Timeout:     3 * time.Second,
		MemoryMB:    128,
		Environment: map[string]string{},
		LogFormat:   "Text",
		LogGroup:    "/aws/lambda/" + name,
	}
	reader := functionReader{function: &f, template: t, routes: t.routeKeys()}
	for _, part := range []value{defaults.properties, properties} {
		if err := reader.read(part); err != nil {
			return err
		}
	}
	if !reader.runtime {
		return r.declared.errorf("Runtime is missing")
	}
	if f.Role != "" && len(reader.policies) > 0 {
		return r.declared.errorf("Policies have no effect beside a Role")
	}
	if err := reader.readEvents(); err != nil {
		return err
	}
	t.Functions = append(t.Functions, f)
	if f.Role == "" {
		return t.addFunctionRole(&t.Functions[len(t.Functions)-1], reader.policies)
	}
	return nil
}

// read takes the properties of a function, or the defaults of all.
func (r *functionReader) read(properties value) error {
	f := r.function
	return properties.object(fields{
		"Runtime":                      r.readRuntime,
		"Handler":                      exactly("bootstrap"),
		"CodeUri":                      exactly("."),
		"FunctionName":                 ignored, // read already, as others may refer to it
		"Timeout":                      seconds(&f.Timeout, 1, 900),
		"MemorySize":                   number(&f.MemoryMB, 128, 10240),
		"ReservedConcurrentExecutions": number(&f.Concurrency, 1, 1000),
		"Role":                         text(&f.Role),
		"Policies":                     r.readPolicies,
		"Events":                       keep(&r.events),
		"Environment": func(v value) error {
			return v.object(fields{"Variables": readVariables(f.Environment)})
		},
		"LoggingConfig": func(v value) error {
			return v.object(fields{"LogFormat": oneOf(&f.LogFormat, "JSON", "Text"), "LogGroup": text(&f.LogGroup)})
		},
		"Architectures": ignored,
		"Description":   ignored,
		"Tags":          ignored,
		"Tracing":       oneOf(&f.Tracing, "Active", "PassThrough"),
	})
}

func (r *functionReader) readRuntime(v value) error {
	r.runtime = true
	return exactly("provided.al2023")(v)
}

func readVariables(target map[string]string) reader {
	return func(v value) error {
		return v.each(func(name string, v value) error {
			content, err := v.text()
			target[name] = content
			return err
		})
	}
}

func (r *functionReader) readPolicies(v value) error {
	return v.items(func(v value) error {
		policy, err := readPolicyDocument(v)
		r.policies = append(r.policies, policy)
		return err
	})
}

// seconds reads a whole number of seconds.
func seconds(target *time.Duration, least, most int) reader {
	return func(v value) error {
		var count int
		err := number(&count, least, most)(v)
		*target = time.Duration(count) * time.Second
		return err
	}
}

var humps = regexp.MustCompile(`[A-Z][a-z0-9]*`)

// kebab makes capture-lead of CaptureLead.
func kebab(camel string) string {
	return strings.ToLower(strings.Join(humps.FindAllString(camel, -1), "-"))
}

func (t *Template) routeKeys() map[string]bool {
	keys := map[string]bool{}
	for _, f := range t.Functions {
		for _, route := range f.Routes {
			keys[route.Key()] = true
		}
	}
	return keys
}
