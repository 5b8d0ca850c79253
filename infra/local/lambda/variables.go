package lambda

import (
	"maps"
	"path/filepath"
	"slices"
	"strconv"
)

// allVariables returns the environment of a process: what Lambda sets, then what
// the function adds. Nothing comes from the environment of the Host.
func (c Config) allVariables(added map[string]string, runtimeAPI, logStream string) []string {
	all := maps.Clone(added)
	if all == nil {
		all = map[string]string{}
	}
	maps.Copy(all, c.reserved(runtimeAPI, logStream))
	var list []string
	for _, name := range slices.Sorted(maps.Keys(all)) {
		list = append(list, name+"="+all[name])
	}
	return list
}

// reserved are the variables that Lambda sets for a runtime that is a binary.
func (c Config) reserved(runtimeAPI, logStream string) map[string]string {
	return map[string]string{
		"_HANDLER":                        "bootstrap",
		"AWS_ACCESS_KEY_ID":               c.AccessKeyID,
		"AWS_SECRET_ACCESS_KEY":           c.SecretAccessKey,
		"AWS_SESSION_TOKEN":               c.SessionToken,
		"AWS_REGION":                      "us-east-1",
		"AWS_DEFAULT_REGION":              "us-east-1",
		"AWS_LAMBDA_FUNCTION_NAME":        c.Name,
		"AWS_LAMBDA_FUNCTION_VERSION":     "$LATEST",
		"AWS_LAMBDA_FUNCTION_MEMORY_SIZE": strconv.Itoa(c.MemoryMB),
		"AWS_LAMBDA_INITIALIZATION_TYPE":  "on-demand",
		"AWS_LAMBDA_LOG_FORMAT":           c.LogFormat,
		"AWS_LAMBDA_LOG_GROUP_NAME":       c.LogGroup,
		"AWS_LAMBDA_LOG_STREAM_NAME":      logStream,
		"AWS_LAMBDA_RUNTIME_API":          runtimeAPI,
		"LAMBDA_TASK_ROOT":                filepath.Dir(c.Binary),
		"LAMBDA_RUNTIME_DIR":              filepath.Dir(c.Binary),
		"LANG":                            "en_US.UTF-8",
		"PATH":                            "/usr/local/bin:/usr/bin:/bin",
		"TZ":                              ":UTC",
	}
}
