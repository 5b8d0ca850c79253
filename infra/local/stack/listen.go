package stack

import (
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"syscall"
)

// AddressError says that a part cannot listen where it should.
type AddressError struct {
	// Part says what should listen: "the API", "the AWS endpoint" or "the
	// Systeme.io simulator".
	Part string
	// Address is where.
	Address string
	// Cause is what the system says.
	Cause error
}

// Error is one sentence.
func (e *AddressError) Error() string {
	if errors.Is(e.Cause, syscall.EADDRINUSE) {
		return fmt.Sprintf("%s cannot listen on %s, because another program does", e.Part, e.Address)
	}
	return fmt.Sprintf("%s cannot listen on %s: %v", e.Part, e.Address, e.Cause)
}

// Unwrap returns the cause.
func (e *AddressError) Unwrap() error { return e.Cause }

// listeners are where the stack answers.
type listeners struct {
	api, aws, systeme net.Listener
}

// open opens all ports, and notes their addresses.
func (s *Stack) open() (listeners, error) {
	var all listeners
	for _, port := range []struct {
		part, address string
		listener      *net.Listener
		url           *string
	}{
		{"the API", s.options.APIAddress, &all.api, &s.API},
		{"the AWS endpoint", s.options.AWSAddress, &all.aws, &s.AWS},
		{"the Systeme.io simulator", s.options.SystemeAddress, &all.systeme, &s.Systeme},
	} {
		listener, err := s.listen(port.part, port.address)
		if err != nil {
			return listeners{}, err
		}
		*port.listener, *port.url = listener, url(listener)
	}
	return all, nil
}

func (s *Stack) listen(part, address string) (net.Listener, error) {
	listener, err := net.Listen("tcp", address)
	if err != nil {
		return nil, &AddressError{Part: part, Address: address, Cause: err}
	}
	s.onClose(func() error {
		// The server that serves it closes it too.
		if err := listener.Close(); !errors.Is(err, net.ErrClosed) {
			return err
		}
		return nil
	})
	return listener, nil
}

// serve answers at a listener until the stack is closed.
func (s *Stack) serve(listener net.Listener, handler http.Handler) {
	server := newServer(handler)
	ended := make(chan error, 1)
	go func() { ended <- server.Serve(listener) }()
	s.onClose(func() error {
		err := server.Close()
		if cause := <-ended; !errors.Is(cause, http.ErrServerClosed) {
			return errors.Join(err, cause)
		}
		return err
	})
}

// url is the address at which a listener is reached on this machine.
func url(listener net.Listener) string {
	address := listener.Addr().(*net.TCPAddr)
	host := address.IP.String()
	if address.IP.IsUnspecified() {
		host = "127.0.0.1"
	}
	return "http://" + net.JoinHostPort(host, fmt.Sprint(address.Port))
}

// FindRoot returns the folder of the module around the working directory.
func FindRoot() (string, error) {
	directory, err := os.Getwd()
	if err != nil {
		return "", err
	}
	for at := directory; ; at = filepath.Dir(at) {
		if _, err := os.Stat(filepath.Join(at, "go.mod")); err == nil {
			return at, nil
		}
		if at == filepath.Dir(at) {
			return "", fmt.Errorf("there is no go.mod in %s or above it: start this in the project's folder", directory)
		}
	}
}
