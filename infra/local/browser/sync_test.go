//go:build browser

package browser_test

import (
	"context"
	"fmt"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	lambdatypes "github.com/aws/aws-sdk-go-v2/service/lambda/types"
	"github.com/aws/aws-sdk-go-v2/service/sqs"

	local "clientflow/infra/local/lambda"
	"clientflow/infra/local/stack"
	"clientflow/internal/lead"
)

func TestTheAdminSeesTheSync(t *testing.T) {
	t.Parallel()
	p := mustAdmin(t)
	p.open("/admin?view=sync")
	p.sees("Looked at")
	p.sees("Working")
	p.inspect("admin-sync")
	p.still("/admin?view=sync", "Working")

	// The next look leaves the keyboard where it is.
	eval[any](p, `void (document.querySelector(".flow a").focus(), window.before = document.querySelector("#view").innerText)`)
	p.until(`document.querySelector("#view").innerText !== window.before`)
	if !eval[bool](p, `document.activeElement === document.querySelector(".flow a")`) {
		t.Error("a look takes the keyboard away")
	}
}

// TestTheAdminSeesWhatIsWrongWithTheSync has a lead that failed too often, and a webhook
// that Systeme.io switched off. It runs alone, since both are everybody's.
func TestTheAdminSeesWhatIsWrongWithTheSync(t *testing.T) {
	john := mustIB(t, "John Stuck")
	stuck := john.quietly(t, newAddress("stuck"), "Stuck Lead", time.Now().Add(-time.Hour))
	john.fill(t, stuck)
	john.counted(t, 1) // what is stored from now on is no new lead
	john.fail(t, stuck)
	john.deadLetter(t, stuck)
	switchWebhookOff(t)
	p := mustAdmin(t)
	p.open("/admin?view=sync")
	p.sees("Switched off")
	p.sees("Run make systeme-setup.")
	p.sees("Oldest: ")
	if dead := p.text(".dead .figure"); dead != "1" {
		t.Errorf("shown are %s dead letters", dead)
	}
	p.inspect("admin-sync-trouble")

	p.press("Put back")
	p.sees("Put dead letters back?")
	p.inspect("admin-redrive")
	p.press("Cancel")
	p.until(`document.activeElement.innerText === "Put back"`)
	p.press("Put back")
	p.click("dialog button.primary")
	p.sees("They are being put back.")
	p.until(`document.querySelector(".dead .figure").innerText === "0"`)
	p.until(`!document.querySelector(".dead button").checkVisibility() && document.activeElement.id === "main"`)
	john.inState(t, lead.Synced, 1)
}

// deadLetter puts a lead among those that failed too often, as the queue does after all
// tries.
func (b ib) deadLetter(t *testing.T, l lead.Lead) {
	t.Helper()
	queues := sqs.New(sqs.Options{Region: "us-east-1", BaseEndpoint: &site.AWS, Credentials: owner()})
	_, err := queues.SendMessage(t.Context(), &sqs.SendMessageInput{
		QueueUrl:       aws.String(site.AWS + "/000000000000/" + stack.Name + "-LeadSyncDeadQueue"),
		MessageBody:    aws.String(fmt.Sprintf(`{"userId":%q,"leadId":%q}`, b.userID, l.ID)),
		MessageGroupId: &b.userID,
	})
	if err != nil {
		t.Fatal(err)
	}
}

// switchWebhookOff switches the webhook off until the test's end, when the set-up
// switches it on again.
func switchWebhookOff(t *testing.T) {
	t.Helper()
	t.Cleanup(func() {
		command := exec.Command(filepath.Join("../../..", ".build", local.Flavour(), "infra", "systeme"), "setup", "-stack", stack.Name)
		command.Env = []string{"AWS_ENDPOINT_URL=" + site.AWS}
		if output, err := command.CombinedOutput(); err != nil {
			t.Errorf("%v\n%s", err, output)
		}
		forgetWebhook(t)
	})
	site.Simulator.DisableWebhooks()
	forgetWebhook(t)
}

// forgetWebhook has the admin's function start anew, which keeps what it found of the
// webhook for a minute.
func forgetWebhook(t *testing.T) {
	t.Helper()
	functions := lambda.New(lambda.Options{Region: "us-east-1", BaseEndpoint: &site.AWS, Credentials: owner()})
	ctx, name := context.Background(), aws.String(stack.Name+"-AdminFunction")
	is, err := functions.GetFunctionConfiguration(ctx, &lambda.GetFunctionConfigurationInput{FunctionName: name})
	if err != nil {
		t.Fatal(err)
	}
	_, err = functions.UpdateFunctionConfiguration(ctx, &lambda.UpdateFunctionConfigurationInput{
		FunctionName: name, Environment: &lambdatypes.Environment{Variables: is.Environment.Variables},
	})
	if err != nil {
		t.Fatal(err)
	}
}

// owner may do in AWS what the owner of the account may.
func owner() aws.CredentialsProvider {
	return credentials.NewStaticCredentialsProvider("local", "local", "")
}
