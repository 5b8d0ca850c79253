package template_test

import (
	"testing"

	"clientflow/infra/local/template"
)

// Functions compare origins as text, so what is none is refused.
func TestDashboardOrigins(t *testing.T) {
	t.Parallel()
	for origins, taken := range map[string]bool{
		"":                              true,
		"https://dashboard.example.com": true,
		"https://dashboard.example.com:8443,http://localhost:5173,http://127.0.0.1:3000": true,
		"https://xn--mnchen-3ya.example,https://localhost":                               true,

		"*":                                        false,
		"null":                                     false,
		"dashboard.example.com":                    false,
		"https://*.example.com":                    false,
		"https://dashboard.example.com/":           false,
		"https://dashboard.example.com/app":        false,
		"https://dashboard.example.com?x":          false,
		"https://Dashboard.example.com":            false,
		"https://john@dashboard.example.com":       false,
		"https://dashboard.example.com:":           false,
		"http://dashboard.example.com":             false,
		"http://localhost.example.com":             false,
		"http://127.0.0.1.example.com":             false,
		"https://a.example https://b.example":      false,
		"https://a.example, https://b.example":     false,
		"https://a.example,http://b.example":       false,
		"https://a.example,*":                      false,
		"https://a.examplehttps://b.example":       false,
		"https://a.example:443https://b.example":   false,
		"https://a.example\nhttps://b.example":     false,
		"ftp://dashboard.example.com":              false,
		"chrome-extension://abcdefghijklmnopqrstu": false,
	} {
		_, err := template.Load("../../../template.yaml", template.Options{
			Stack: "clientflow", AWSURL: "http://aws.test", APIURL: "http://api.test",
			Parameters: map[string]string{"DashboardOrigins": origins},
		})
		if (err == nil) != taken {
			t.Errorf("%q: %v", origins, err)
		}
	}
}
