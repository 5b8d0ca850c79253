package check

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"sync"
	"time"

	"clientflow/internal/systeme"
)

// maxDelivery is more than any event.
const maxDelivery = 1 << 20

// delivery is an event as it came.
type delivery struct {
	header http.Header
	body   []byte
	at     time.Time
	number int // counted from 1
}

// listener takes the deliveries of the check's webhook.
type listener struct {
	server *http.Server
	socket net.Listener
	ended  chan struct{}

	mu    sync.Mutex
	come  []delivery
	fresh chan struct{} // closed, and replaced, with each delivery
}

// listen starts to listen for deliveries, if that is wanted.
func (c *checker) listen() error {
	if c.Listen == "" && c.Public == "" {
		return nil
	}
	if c.Listen == "" || c.Public == "" {
		return errors.New("webhooks need both: -listen, where to listen, and -public, where Systeme.io reaches that")
	}
	socket, err := net.Listen("tcp", c.Listen)
	if err != nil {
		return fmt.Errorf("listen for webhooks: %w", err)
	}
	l := &listener{socket: socket, ended: make(chan struct{}), fresh: make(chan struct{})}
	l.server = &http.Server{Handler: l, ReadHeaderTimeout: 10 * time.Second}
	go func() {
		defer close(l.ended)
		// It ends when it is closed; before that, events stay away, which shows.
		_ = l.server.Serve(socket)
	}()
	c.hook = l
	return nil
}

func (l *listener) close() {
	if l == nil {
		return
	}
	_ = l.server.Close()
	<-l.ended
}

// ServeHTTP takes one delivery.
func (l *listener) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxDelivery))
	if err != nil {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.come = append(l.come, delivery{r.Header.Clone(), body, time.Now(), len(l.come) + 1})
	close(l.fresh)
	l.fresh = make(chan struct{})
	w.WriteHeader(http.StatusNoContent)
}

// count returns how many deliveries have come.
func (l *listener) count() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return len(l.come)
}

// next waits for a delivery behind the first so many that is the event about the
// tag. Ok is false when none comes in time.
func (l *listener) next(ctx context.Context, behind int, event string, tag systeme.Tag, wait time.Duration) (d delivery, ok bool) {
	ctx, cancel := context.WithTimeout(ctx, wait)
	defer cancel()
	for {
		l.mu.Lock()
		come, fresh := l.come[behind:], l.fresh
		l.mu.Unlock()
		for _, d := range come {
			if d.tells(event, tag) {
				return d, true
			}
		}
		behind += len(come)
		select {
		case <-ctx.Done():
			return delivery{}, false
		case <-fresh:
		}
	}
}

// tells tells whether a delivery is the event about the tag.
func (d delivery) tells(event string, tag systeme.Tag) bool {
	parsed, err := systeme.ParseTagEvent(d.header.Get(systeme.EventHeader), d.body)
	return err == nil && d.header.Get(systeme.EventHeader) == event && parsed.Tag.ID == tag.ID
}
