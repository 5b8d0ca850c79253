package admin

import (
	"net/http"
	"time"

	"clientflow/internal/account"
	"clientflow/internal/connection"
	"clientflow/internal/env"
	"clientflow/internal/httpapi"
	"clientflow/internal/lead"
	"clientflow/internal/pace"
	"clientflow/internal/stats/tally"
	"clientflow/internal/systeme"
	"clientflow/internal/tenant"
	"clientflow/internal/tenantdb"
)

// Settings are what the function's environment says.
type Settings struct {
	LeadsTable, UsersTable, RegistryTable string
	// QueueURL and QueueARN name the queue of leads to be synced, the other two the
	// queue of its dead letters.
	QueueURL, QueueARN, DeadQueueURL, DeadQueueARN string
	// SystemeURL is the base address of Systeme.io's API, and SystemeKey the name of the
	// secret that is its key. Without that the webhook's state stays unknown.
	SystemeURL, SystemeKey string
	// CallsPerSecond is the account's rate.
	CallsPerSecond float64
	// Stage is the name of this deployment, which is in the webhook's.
	Stage string
	// Issuer and ClientID are those of the tokens that are taken.
	Issuer, ClientID string
}

// ReadSettings reads the environment. The error names all that is missing.
func ReadSettings(r *env.Reader) (Settings, error) {
	s := Settings{
		LeadsTable:     r.Text("LEADS_TABLE", "the table of leads and their counters"),
		UsersTable:     r.Text("USERS_TABLE", "the table of IBs"),
		RegistryTable:  r.Text("REGISTRY_TABLE", "the table where the rate of calls is kept"),
		QueueURL:       r.Text("LEAD_SYNC_QUEUE_URL", "the queue of leads to be synced"),
		QueueARN:       r.Text("LEAD_SYNC_QUEUE_ARN", "the same queue, as where dead letters go back to"),
		DeadQueueURL:   r.Text("LEAD_SYNC_DEAD_QUEUE_URL", "the queue of dead letters"),
		DeadQueueARN:   r.Text("LEAD_SYNC_DEAD_QUEUE_ARN", "the same queue, as where dead letters come from"),
		SystemeURL:     r.Text("SYSTEME_API_URL", "the base address of Systeme.io's API"),
		SystemeKey:     r.Text("SYSTEME_API_KEY_PARAMETER", "the name of the secret that is the key of that API"),
		CallsPerSecond: r.Positive("SYSTEME_REQUESTS_PER_SECOND", "the rate of all calls to Systeme.io together"),
		Stage:          r.Text("STAGE", "the name of this deployment, which is in the webhook's"),
		Issuer:         r.Text("TOKEN_ISSUER", "the user pool whose tokens are taken"),
		ClientID:       r.Text("USER_POOL_CLIENT_ID", "the user pool client whose tokens are taken"),
	}
	return s, r.Err()
}

// DB is the part of DynamoDB that is used here.
type DB interface {
	tenantdb.API
	account.Querier
}

// Routes returns the admin's routes, over tables and queues that are reached with the
// function's own role. It fails when SystemeURL is not an address.
func Routes(s Settings, key systeme.Key, db DB, queue QueueAPI) (httpapi.Routes, error) {
	pace := pace.New(db, s.RegistryTable, s.CallsPerSecond)
	client, err := systeme.New(systeme.Config{BaseURL: s.SystemeURL, Key: key, HTTP: &http.Client{}, Limiter: pace})
	if err != nil {
		return nil, err
	}
	d := desk{
		directory: account.NewDirectory(db, s.UsersTable),
		users:     account.NewUsers(tenantdb.Owned(db, s.UsersTable, "")),
		counters:  tally.New(tenantdb.Owned(db, s.LeadsTable, lead.SortKey)),
		sync: queues{
			client: queue, url: s.QueueURL, arn: s.QueueARN, deadURL: s.DeadQueueURL, deadARN: s.DeadQueueARN, now: time.Now,
		},
		webhook: &webhook{account: client, name: connection.WebhookName(s.Stage)},
		rate:    rate{pace, s.CallsPerSecond},
		now:     time.Now,
	}
	return d.routes(tenant.Verifier{Issuer: s.Issuer, ClientID: s.ClientID, Now: time.Now}), nil
}
