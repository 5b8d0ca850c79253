// Package stack assembles the local AWS from the template: it builds the
// functions, plays the services that they call, and connects routes and event
// sources to them, all in this process but the functions.
//
// What exists is what the template has; there is nothing beside it but the
// Systeme.io simulator. It knows nothing of what the functions do.
package stack

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"clientflow/infra/local/cognito"
	"clientflow/infra/local/dynamodb"
	"clientflow/infra/local/iam"
	"clientflow/infra/local/lambda"
	"clientflow/infra/local/sqs"
	"clientflow/infra/local/ssm"
	"clientflow/infra/local/sts"
	"clientflow/infra/local/systeme"
	"clientflow/infra/local/template"
)

// Name is the name of the stack, with which the names of its resources begin.
const Name = "clientflow"

// Options are what a stack may be told. The zero Options start the project's own
// stack at free ports.
type Options struct {
	// Root is the folder of the module; empty for the one around the working
	// directory.
	Root string
	// Template is the path of the template, and Functions the folder with a main
	// package for each function; relative ones begin at Root. Empty for
	// template.yaml and functions.
	Template, Functions string
	// Built tells that this program has built the functions before, for another stack.
	Built bool
	// APIAddress, AWSAddress and SystemeAddress are where to listen; empty for a
	// free port of 127.0.0.1.
	APIAddress, AWSAddress, SystemeAddress string
	// Parameters are values for the template's parameters.
	Parameters map[string]string
	// Logs takes the lines that functions write, and those that tell why one
	// failed. It is written to by one goroutine at a time; nil drops them.
	Logs io.Writer
	// Systeme is how the simulator behaves. Its key is also the one that the functions
	// find.
	Systeme systeme.Options
	// Decisions is told of every decision about a call to AWS; may be nil.
	Decisions iam.Recorder
	// Started is told of each part that answers; may be nil.
	Started func(Part)
}

// Part is a part of the stack.
type Part struct {
	// Name says what it is.
	Name string
	// Detail is its address, or how much there is of it.
	Detail string
}

// Stack is a running stack.
type Stack struct {
	// API, AWS and Systeme are the addresses of the HTTP API, of the AWS endpoint
	// and of the Systeme.io simulator, such as http://127.0.0.1:8080.
	API, AWS, Systeme string
	// Template is what was read of the template.
	Template *template.Template

	DynamoDB  *dynamodb.DB
	SQS       *sqs.Service
	SSM       *ssm.Service
	Cognito   *cognito.Service
	Simulator *systeme.Simulator
	// Keys issues credentials for whoever a test wants to be.
	Keys *iam.Keys

	options   Options
	log       *slog.Logger
	sts       *sts.Service
	host      *lambda.Host
	functions map[string]*lambda.Function // by logical id
	closers   []func() error              // in the order of their making
	close     func() error                // shutDown, once
}

// Start starts a stack and returns when everything answers. The context ends the
// start only.
func Start(ctx context.Context, options Options) (*Stack, error) {
	s := &Stack{options: options, functions: map[string]*lambda.Function{}}
	s.close = sync.OnceValue(s.shutDown)
	if err := s.start(ctx); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return s, nil
}

// start opens the ports first, since everything else names their addresses.
func (s *Stack) start(ctx context.Context) error {
	if err := s.settle(); err != nil {
		return err
	}
	ports, err := s.open()
	if err != nil {
		return err
	}
	if err := s.readTemplate(); err != nil {
		return err
	}
	if err := s.build(ctx); err != nil {
		return err
	}
	return s.connect(ctx, ports)
}

// connect makes the parts in an order in which each finds those it needs.
func (s *Stack) connect(ctx context.Context, ports listeners) error {
	s.Simulator = systeme.New(s.options.Systeme)
	s.onClose(func() error { s.Simulator.Close(); return nil })
	s.serve(ports.systeme, s.Simulator.Handler())
	s.tell("Systeme.io simulator", s.Systeme)

	var err error
	if s.host, err = lambda.NewHost(s.options.Logs); err != nil {
		return err
	}
	s.onClose(s.host.Close)
	endpoint, err := s.makeServices(ctx)
	if err != nil {
		return err
	}
	s.serve(ports.aws, endpoint)
	s.tell("AWS endpoint", s.AWS)
	if err := s.putSecrets(ctx); err != nil {
		return err
	}
	if err := s.makeFunctions(); err != nil {
		return err
	}
	if err := s.startSources(); err != nil {
		return err
	}
	gateway, err := s.makeGateway()
	if err != nil {
		return err
	}
	s.serve(ports.api, gateway)
	if err := s.prepareAccount(ctx); err != nil {
		return err
	}
	s.tell("API", s.API)
	return nil
}

// settle fills in what the options leave open.
func (s *Stack) settle() error {
	o := &s.options
	if o.Root == "" {
		var err error
		if o.Root, err = FindRoot(); err != nil {
			return err
		}
	}
	for _, setting := range []struct {
		target    *string
		otherwise string
	}{
		{&o.Template, "template.yaml"},
		{&o.Functions, "functions"},
		{&o.APIAddress, "127.0.0.1:0"},
		{&o.AWSAddress, "127.0.0.1:0"},
		{&o.SystemeAddress, "127.0.0.1:0"},
		{&o.Systeme.Key, "local"},
	} {
		if *setting.target == "" {
			*setting.target = setting.otherwise
		}
	}
	if o.Logs == nil {
		o.Logs = io.Discard
	}
	o.Logs = &lockedWriter{to: o.Logs}
	s.log = slog.New(slog.NewJSONHandler(o.Logs, nil))
	return nil
}

func (s *Stack) readTemplate() (err error) {
	path := s.options.Template
	if !filepath.IsAbs(path) {
		path = filepath.Join(s.options.Root, path)
	}
	s.Template, err = template.Load(path, template.Options{
		Stack:      Name,
		AWSURL:     s.AWS,
		APIURL:     s.API,
		Parameters: s.options.Parameters,
		Defaults: map[string]string{
			"SystemeApiUrl":            s.Systeme,
			"SystemeRequestsPerSecond": "400",
		},
	})
	return err
}

// Function returns a function by its logical id.
func (s *Stack) Function(logicalID string) (*lambda.Function, bool) {
	f, ok := s.functions[logicalID]
	return f, ok
}

// Queue returns a queue by its logical id.
func (s *Stack) Queue(logicalID string) (*sqs.Queue, bool) {
	i := slices.IndexFunc(s.Template.Queues, func(q template.Queue) bool { return q.LogicalID == logicalID })
	if i < 0 {
		return nil, false
	}
	return s.SQS.Queue(s.Template.Queues[i].ARN)
}

// Close ends the stack: when it returns, no process is left and no port is taken.
// It may be called again.
func (s *Stack) Close() error { return s.close() }

func (s *Stack) shutDown() error {
	var wrong []error
	for _, closer := range slices.Backward(s.closers) {
		wrong = append(wrong, closer())
	}
	return errors.Join(wrong...)
}

func (s *Stack) onClose(closer func() error) { s.closers = append(s.closers, closer) }

func (s *Stack) tell(name, detail string) {
	if s.options.Started != nil {
		s.options.Started(Part{name, detail})
	}
}

// lockedWriter lets many write whole pieces to one writer.
type lockedWriter struct {
	mu sync.Mutex
	to io.Writer
}

// Write implements io.Writer.
func (w *lockedWriter) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.to.Write(p)
}

// newServer is a server that does not wait for slow or idle callers for ever.
func newServer(handler http.Handler) *http.Server {
	return &http.Server{Handler: handler, ReadHeaderTimeout: 10 * time.Second, IdleTimeout: 2 * time.Minute, ErrorLog: slog.NewLogLogger(slog.DiscardHandler, slog.LevelError)}
}

// count says how much there is of something.
func count(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}
