package tagsync

import (
	"log/slog"
	"time"

	"clientflow/internal/account"
	"clientflow/internal/env"
	"clientflow/internal/lead"
	"clientflow/internal/ownership"
	"clientflow/internal/pace"
	"clientflow/internal/systeme"
	"clientflow/internal/tenantdb"
)

// Settings are what the function's environment says.
type Settings struct {
	LeadsTable, UsersTable, RegistryTable string
	QueueURL                              string
	// MaxReceives is how many receives of a message may try to sync its lead. The
	// queue should allow a few more before it takes the message for dead: they
	// are there to mark the lead failed where the last try was cut off.
	MaxReceives int
	// SystemeURL is the base address of Systeme.io's API, and SystemeKey the name of the
	// secret that is its key. One that is missing is a fault of the account: leads wait
	// for it.
	SystemeURL, SystemeKey string
	// CallsPerSecond is the account's rate.
	CallsPerSecond float64
}

// ReadSettings reads the environment. The error names all that is missing.
func ReadSettings(r *env.Reader) (Settings, error) {
	s := Settings{
		LeadsTable:     r.Text("LEADS_TABLE", "the table of leads"),
		UsersTable:     r.Text("USERS_TABLE", "the table of IBs"),
		RegistryTable:  r.Text("REGISTRY_TABLE", "the table of tag ids, and of the rate of calls"),
		QueueURL:       r.Text("LEAD_SYNC_QUEUE_URL", "the queue that messages are given back to"),
		MaxReceives:    int(r.Positive("LEAD_SYNC_MAX_RECEIVES", "how many receives of a message try to sync its lead")),
		SystemeURL:     r.Text("SYSTEME_API_URL", "the base address of Systeme.io's API"),
		SystemeKey:     r.Text("SYSTEME_API_KEY_PARAMETER", "the name of the secret that is the key of that API"),
		CallsPerSecond: r.Positive("SYSTEME_REQUESTS_PER_SECOND", "the rate of all calls to Systeme.io together"),
	}
	return s, r.Err()
}

// DB is the part of DynamoDB that a sync uses.
type DB interface {
	tenantdb.API
	registry
}

// New builds the function's handler and opens a connection to Systeme.io. It
// fails when SystemeURL is not an address.
func New(s Settings, key systeme.Key, db DB, queue QueueAPI, log *slog.Logger) (*Handler, error) {
	gate := newGate(pace.New(db, s.RegistryTable, s.CallsPerSecond), time.Now)
	client, err := systeme.New(systeme.Config{
		BaseURL: s.SystemeURL, Key: key, HTTP: connect(s.SystemeURL), Timeout: callTimeout, Limiter: gate,
	})
	if err != nil {
		return nil, err
	}
	return &Handler{
		leads:       leadStore(db, s),
		users:       account.NewUsers(tenantdb.Owned(db, s.UsersTable, "")),
		contacts:    client,
		gate:        gate,
		tags:        NewTagIDs(client, db, s.RegistryTable),
		deletions:   deletions{db, s.RegistryTable},
		queue:       queueAt{queue, s.QueueURL},
		maxReceives: s.MaxReceives,
		now:         time.Now,
		log:         log,
	}, nil
}

// leadStore returns the leads under the rule that addresses are owned. It captures
// none, and frees one that is not owned without harm; so it need not know which rule
// is in force, and addresses are freed too that were claimed when it was another.
func leadStore(db DB, s Settings) lead.Store {
	return lead.NewStore(tenantdb.Owned(db, s.LeadsTable, lead.SortKey), time.Now).Under(ownership.Exclusive(s.RegistryTable))
}
