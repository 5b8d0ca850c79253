package admin

import (
	"context"
	"errors"
	"net/http"
	"sync"

	"clientflow/internal/connection"
	"clientflow/internal/httpapi"
	"clientflow/internal/metric"
)

// health answers with how the sync is doing: what waits on its way to Systeme.io,
// what failed, and whether Systeme.io tells us what happens there. That Systeme.io
// cannot be asked is one of the answers.
func (d desk) health(ctx context.Context, r *httpapi.Request) (httpapi.Response, error) {
	var answer struct {
		Queue       depth         `json:"queue"`
		DeadLetters deadLetters   `json:"deadLetters"`
		Rate        rateUse       `json:"rate"`
		Webhook     webhookHealth `json:"webhook"`
	}
	var depthErr, deadErr, rateErr, webhookErr error
	var looks sync.WaitGroup
	looks.Go(func() { answer.Queue, depthErr = d.sync.depthOf(ctx, d.sync.url) })
	looks.Go(func() { answer.DeadLetters, deadErr = d.sync.deadLetters(ctx) })
	looks.Go(func() { answer.Rate, rateErr = d.rate.use(ctx) })
	looks.Go(func() { answer.Webhook, webhookErr = d.webhook.health(ctx, r.BaseURL()+connection.WebhookPath) })
	looks.Wait()
	if err := errors.Join(depthErr, deadErr, rateErr); err != nil {
		return httpapi.Response{}, err
	}
	if webhookErr != nil {
		httpapi.NoteFailure(ctx, webhookErr)
	}
	return httpapi.JSON(http.StatusOK, answer)
}

// redrive has all dead letters tried again.
func (d desk) redrive(ctx context.Context, _ *httpapi.Request) (httpapi.Response, error) {
	if err := d.sync.redrive(ctx); err != nil {
		return httpapi.Response{}, err
	}
	httpapi.NoteMetric(ctx, metric.Count(metric.Redrives, 1))
	return httpapi.Empty(http.StatusAccepted), nil
}
