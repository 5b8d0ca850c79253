package tagsync

import (
	"context"
	"io"
	"net/http"
	"time"
)

// prewarmTimeout bounds what a connection that cannot be opened costs a cold
// start.
const prewarmTimeout = time.Second

// connect returns an HTTP client for Systeme.io that has a connection open for
// the first call to find. One that cannot be opened is not an error: the call
// that needs it says more than this one could.
func connect(url string) *http.Client {
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.MaxIdleConnsPerHost = 8 // a batch's leads run side by side
	client := &http.Client{Transport: transport}
	ctx, cancel := context.WithTimeout(context.Background(), prewarmTimeout)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodHead, url, nil)
	if err != nil {
		return client
	}
	response, err := client.Do(request)
	if err != nil {
		return client
	}
	// The connection returns to the pool when its body has been read.
	_, _ = io.Copy(io.Discard, response.Body)
	_ = response.Body.Close()
	return client
}
