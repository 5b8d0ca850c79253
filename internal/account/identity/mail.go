package identity

import (
	"context"
	"errors"
	"log/slog"
	"strings"

	"github.com/aws/smithy-go"

	"clientflow/internal/eventlog"
	"clientflow/internal/metric"
	"clientflow/internal/origin"
)

// unmailed tells whether an error is that the pool can mail nobody: its quota is used
// up, or its sender is not set up. It is not one of the limits that a single user
// meets who asks too often.
func unmailed(err error) bool {
	answer, ok := errors.AsType[smithy.APIError](err)
	if !ok {
		return false
	}
	switch answer.ErrorCode() {
	case "InvalidEmailRoleAccessPolicyException":
		return true
	case "LimitExceededException":
		return !strings.HasPrefix(answer.ErrorMessage(), "Attempt limit exceeded")
	}
	return false
}

// heed writes the line that the alarm counts when the pool can mail nobody. The
// answer says nothing of it, for only who is to be mailed would get it: they ask again
// when no mail comes, and are mailed when there can be mail.
func (d *Desk) heed(ctx context.Context, err error) {
	if unmailed(err) {
		d.log.LogAttrs(ctx, slog.LevelError, "mail fault", slog.String("requestId", origin.Of(ctx).RequestID), eventlog.Error(err),
			metric.Count(metric.MailFaults, 1))
	}
}
