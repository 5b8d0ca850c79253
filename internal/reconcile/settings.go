package reconcile

import (
	"log/slog"
	"net/http"
	"time"

	"clientflow/internal/account"
	"clientflow/internal/connection"
	"clientflow/internal/env"
	"clientflow/internal/lead"
	"clientflow/internal/pace"
	"clientflow/internal/systeme"
	"clientflow/internal/tagsync"
	"clientflow/internal/tenantdb"
	"clientflow/internal/webhook"
)

// callTimeout bounds each call of Systeme.io.
const callTimeout = 8 * time.Second

// Settings are what the function's environment says.
type Settings struct {
	LeadsTable, UsersTable, RegistryTable string
	// SystemeURL is the base address of Systeme.io's API, and SystemeKey the name of the
	// secret that is its key. Without that, which an account may get later, nothing is
	// done.
	SystemeURL, SystemeKey string
	// CallsPerSecond is the account's rate.
	CallsPerSecond float64
	// Webhook is the webhook that the account is to have but for its secret, whose name is
	// WebhookSecret.
	Webhook       connection.Webhook
	WebhookSecret string
}

// ReadSettings reads the environment. The error names all that is missing.
func ReadSettings(r *env.Reader) (Settings, error) {
	s := Settings{
		LeadsTable:     r.Text("LEADS_TABLE", "the table of leads"),
		UsersTable:     r.Text("USERS_TABLE", "the table of IBs"),
		RegistryTable:  r.Text("REGISTRY_TABLE", "the table of tag ids, and of the rate of calls"),
		SystemeURL:     r.Text("SYSTEME_API_URL", "the base address of Systeme.io's API"),
		SystemeKey:     r.Text("SYSTEME_API_KEY_PARAMETER", "the name of the secret that is the key of that API"),
		CallsPerSecond: r.Positive("SYSTEME_REQUESTS_PER_SECOND", "the rate of all calls to Systeme.io together"),
		Webhook: connection.Webhook{
			Name: connection.WebhookName(r.Text("STAGE", "the name of this deployment")),
			URL:  r.Text("API_URL", "the address of the API that Systeme.io delivers to") + connection.WebhookPath,
		},
		WebhookSecret: r.Text("SYSTEME_WEBHOOK_SECRET_PARAMETER", "the name of the secret that webhooks are signed with"),
	}
	return s, r.Err()
}

// DB is the part of DynamoDB that a Reconciler uses.
type DB interface {
	webhook.DB
	tagsync.DB
}

// New builds the function's handler. It fails when SystemeURL is not an address.
func New(s Settings, key, secret systeme.Key, db DB, log *slog.Logger) (*Reconciler, error) {
	client, err := systeme.New(systeme.Config{
		BaseURL: s.SystemeURL, Key: key, HTTP: &http.Client{}, Timeout: callTimeout,
		Limiter: pace.New(db, s.RegistryTable, s.CallsPerSecond),
	})
	if err != nil {
		return nil, err
	}
	return &Reconciler{
		key:       key,
		secret:    secret,
		account:   client,
		hook:      s.Webhook,
		directory: account.NewDirectory(db, s.UsersTable),
		users:     account.NewUsers(tenantdb.Owned(db, s.UsersTable, "")),
		leads:     lead.NewStore(tenantdb.Owned(db, s.LeadsTable, lead.SortKey), time.Now),
		tags:      tagsync.NewTagIDs(client, db, s.RegistryTable),
		recorder:  webhook.NewRecorder(db, s.RegistryTable, s.LeadsTable),
		places:    places{db, s.RegistryTable},
		now:       time.Now,
		log:       log,
	}, nil
}
