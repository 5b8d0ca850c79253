package contact

import "clientflow/internal/env"

// Settings are what the function's environment says of the account.
type Settings struct {
	// SystemeURL is the base address of Systeme.io's API, and SystemeKey the name of the
	// secret that is its key.
	SystemeURL, SystemeKey string
	// RegistryTable is where the rate of calls is kept, and CallsPerSecond is that rate.
	RegistryTable  string
	CallsPerSecond float64
}

// ReadSettings reads the environment; what is missing is the reader's error.
func ReadSettings(r *env.Reader) Settings {
	return Settings{
		SystemeURL:     r.Text("SYSTEME_API_URL", "the base address of Systeme.io's API"),
		SystemeKey:     r.Text("SYSTEME_API_KEY_PARAMETER", "the name of the secret that is the key of that API"),
		RegistryTable:  r.Text("REGISTRY_TABLE", "the table where the rate of calls is kept"),
		CallsPerSecond: r.Positive("SYSTEME_REQUESTS_PER_SECOND", "the rate of all calls to Systeme.io together"),
	}
}
