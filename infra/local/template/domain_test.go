package template_test

import (
	"testing"

	"clientflow/infra/local/template"
)

// A name of its own needs a certificate too, and is then the API's address everywhere.
func TestTheAPIMayHaveANameOfItsOwn(t *testing.T) {
	t.Parallel()
	const certificate = "arn:aws:acm:us-east-1:000000000000:certificate/one"
	for name, test := range map[string]struct {
		parameters map[string]string
		address    string
	}{
		"neither":           {nil, "http://api.test"},
		"a name alone":      {map[string]string{"DomainName": "api.example.com"}, "http://api.test"},
		"a certificate":     {map[string]string{"CertificateArn": certificate}, "http://api.test"},
		"with both, a name": {map[string]string{"DomainName": "api.example.com", "CertificateArn": certificate}, "https://api.example.com"},
	} {
		read, err := template.Load("../../../template.yaml", template.Options{
			Stack: "clientflow", AWSURL: "http://aws.test", APIURL: "http://api.test", Parameters: test.parameters,
		})
		if err != nil {
			t.Fatal(err)
		}
		reconcile, _ := read.Function("ReconcileFunction")
		target, has := read.Outputs["DomainTarget"]
		if read.Outputs["ApiUrl"] != test.address || reconcile.Environment["API_URL"] != test.address ||
			has != (test.address != "http://api.test") || has && target == "" {
			t.Errorf("%s: outputs %v, webhooks to %s", name, read.Outputs, reconcile.Environment["API_URL"])
		}
	}
}
