package systeme

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"net/http"
	"strconv"
)

// Deliveries go through lanes, each contact's through one, so that a contact's
// events arrive in order while no retry or quirk disturbs it. The bound of a lane
// keeps an endpoint that hangs for hours from filling the memory.
const (
	laneCount = 4
	laneBound = 8192
)

func newDeliverer() *http.Client {
	return &http.Client{
		Transport: &http.Transport{MaxIdleConnsPerHost: laneCount},
		CheckRedirect: func(*http.Request, []*http.Request) error {
			return http.ErrUseLastResponse
		},
	}
}

func (s *Simulator) startLanes() {
	for range laneCount {
		lane := make(chan *delivery, laneBound)
		s.lanes = append(s.lanes, lane)
		s.scheduler.spawn(func(ctx context.Context) {
			for {
				select {
				case <-ctx.Done():
					return
				case d := <-lane:
					s.attempt(ctx, d)
				}
			}
		})
	}
}

func (s *Simulator) push(d *delivery) {
	select {
	case s.lanes[d.contactID%laneCount] <- d:
	default:
		s.options.Logger.Warn("delivery dropped: too many wait", "event", d.event)
	}
}

// attempt sends the event once, unless its subscription works no longer, and sees
// to what follows from a failure.
func (s *Simulator) attempt(ctx context.Context, d *delivery) {
	url, secret, wanted := s.destination(d)
	if !wanted {
		return
	}
	d.attempts++
	err := s.send(ctx, url, secret, d)
	if ctx.Err() != nil {
		return
	}
	if s.record(d, err) && d.attempts < s.options.Attempts {
		delay := s.options.RetryDelay << (2 * (d.attempts - 1))
		s.scheduler.after(delay, func() { s.push(d) })
	}
}

// destination returns where and with which secret to send now; false when the
// webhook is gone or its subscription is off.
func (s *Simulator) destination(d *delivery) (url, secret string, wanted bool) {
	s.account.mu.Lock()
	defer s.account.mu.Unlock()
	hook, subscription := s.account.subscription(d)
	if subscription == nil || !hook.Active || subscription.DisabledAt != nil {
		return "", "", false
	}
	return hook.URL, hook.secret, true
}

func (a *account) subscription(d *delivery) (*webhook, *Subscription) {
	for _, hook := range a.webhooks {
		if hook.ID != d.webhookID {
			continue
		}
		if subscription := hook.subscription(d.event); subscription != nil && subscription.ID == d.subscriptionID {
			return hook, subscription
		}
	}
	return nil, nil
}

// record counts failures in a row, and disables the subscription at the limit. It
// tells whether the event is to be sent again.
func (s *Simulator) record(d *delivery, failure error) bool {
	s.account.mu.Lock()
	defer s.account.mu.Unlock()
	hook, subscription := s.account.subscription(d)
	if subscription == nil {
		return false
	}
	if failure == nil {
		delete(hook.failures, subscription.ID)
		return false
	}
	hook.failures[subscription.ID]++
	if limit := s.options.DisableAfter; limit > 0 && hook.failures[subscription.ID] >= limit {
		subscription.disable(badSuccessRate)
		s.options.Logger.Warn("webhook subscription disabled", "event", d.event, "reason", badSuccessRate, "error", failure)
		return false
	}
	return true
}

// send posts the event; any answer but a 2xx is a failure.
func (s *Simulator) send(ctx context.Context, url, secret string, d *delivery) error {
	ctx, cancel := context.WithTimeout(ctx, s.options.DeliveryTimeout)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, url, bytes.NewReader(d.body))
	if err != nil {
		return fmt.Errorf("make the delivery: %w", err)
	}
	d.setHeaders(request.Header, secret)
	response, err := s.options.Deliverer.Do(request)
	if err != nil {
		return fmt.Errorf("deliver: %w", err)
	}
	defer response.Body.Close()
	// Reading the rest lets the connection be used again; what it says does not matter.
	if _, err := io.Copy(io.Discard, io.LimitReader(response.Body, maxBody)); err != nil {
		return fmt.Errorf("read the endpoint's answer: %w", err)
	}
	if response.StatusCode < 200 || response.StatusCode > 299 {
		return fmt.Errorf("the endpoint answered %d", response.StatusCode)
	}
	return nil
}

// setHeaders sets the headers of the captured delivery. Only the body is signed.
func (d *delivery) setHeaders(header http.Header, secret string) {
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write(d.body)
	for name, value := range map[string]string{
		"content-type":                         "application/json",
		"user-agent":                           "SystemeIO-Webhook",
		"x-webhook-event":                      d.event,
		"x-webhook-schema-version":             strconv.Itoa(d.schemaVersion),
		"x-webhook-message-id":                 d.messageID,
		"x-webhook-event-timestamp":            d.at.String(),
		"x-webhook-subscription-id":            d.subscriptionID,
		"x-webhook-delivery-attempt-id":        newUUID(),
		"x-webhook-delivery-attempt-timestamp": now().String(),
		"x-webhook-signature":                  hex.EncodeToString(mac.Sum(nil)),
	} {
		header.Set(name, value)
	}
}
