package lambda

import (
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	awslambda "github.com/aws/aws-lambda-go/lambda"
)

// roleVariable makes this binary something else than a test when it is set.
const roleVariable = "LAMBDA_TEST_ROLE"

func TestMain(m *testing.M) {
	switch os.Getenv(roleVariable) {
	case "":
		os.Exit(m.Run())
	case "function":
		awslambda.Start(handle)
	case "holder":
		if err := hold(os.Getenv("HOLD_AT")); err != nil {
			fmt.Fprintln(os.Stderr, err)
		}
	case "host":
		if err := hostUntilKilled(os.Getenv("HOLD_AT")); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
	}
}

// order is the event of the function.
type order struct {
	// Lines is how many lines to write.
	Lines int
	// HoldAt is an address to connect to, and to stay with until killed.
	HoldAt string
	// Children has a child process do the same.
	Children bool
}

func handle(_ context.Context, o order) (int, error) {
	for i := range o.Lines {
		stream := os.Stdout
		if i%2 == 1 {
			stream = os.Stderr
		}
		text := fmt.Sprintf("%d:%s\n", os.Getpid(), strings.Repeat("x", 100+i))
		half := len(text) / 2
		if _, err := stream.WriteString(text[:half]); err != nil {
			return 0, err
		}
		if _, err := stream.WriteString(text[half:]); err != nil {
			return 0, err
		}
	}
	if o.Children {
		child := exec.Command(os.Args[0])
		child.Env = []string{roleVariable + "=holder", "HOLD_AT=" + o.HoldAt}
		child.Stdout = os.Stdout // keeps the pipe open
		if err := child.Start(); err != nil {
			return 0, err
		}
	}
	if o.HoldAt != "" {
		return 0, hold(o.HoldAt)
	}
	return os.Getpid(), nil
}

// hold connects to an address and stays, so that the other end sees when this
// process is gone.
func hold(address string) error {
	connection, err := net.Dial("tcp", address)
	if err != nil {
		return err
	}
	_, err = connection.Read(make([]byte, 1))
	return err
}

// hostUntilKilled runs a function that holds at an address.
func hostUntilKilled(address string) error {
	host, err := NewHost(os.Stderr)
	if err != nil {
		return err
	}
	f := host.Function(testConfig())
	_, err = f.Invoke(context.Background(), fmt.Appendf(nil, `{"HoldAt":%q,"Children":false}`, address))
	return err
}

func testConfig() Config {
	return Config{Name: "Test", Binary: os.Args[0], Timeout: time.Minute, Environment: map[string]string{roleVariable: "function"}}
}

// meeting is where processes hold.
type meeting struct {
	t        *testing.T
	listener net.Listener
}

func newMeeting(t *testing.T) *meeting {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = listener.Close() })
	return &meeting{t, listener}
}

func (m *meeting) address() string { return m.listener.Addr().String() }

// arrive waits for a process.
func (m *meeting) arrive() net.Conn {
	m.t.Helper()
	connection, err := m.listener.Accept()
	if err != nil {
		m.t.Fatal(err)
	}
	m.t.Cleanup(func() { _ = connection.Close() })
	return connection
}

// mustEnd waits until the process at the other end is gone.
func mustEnd(t *testing.T, connection net.Conn) {
	t.Helper()
	if err := connection.SetReadDeadline(time.Now().Add(20 * time.Second)); err != nil {
		t.Fatal(err)
	}
	if _, err := connection.Read(make([]byte, 1)); os.IsTimeout(err) {
		t.Error("the process is still there")
	}
}
