package e2e_test

import (
	"context"
	"crypto/rand"
	"errors"
	"flag"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	cip "github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider"
	"github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider/types"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"clientflow/infra/deployment"
)

// stackVariable names the environment variable with the name of a deployed stack that
// is to be driven in place of a local one.
const stackVariable = "CONFORMANCE_STACK"

// deployed is the deployed stack that is driven; nil when it is a local one. TestMain
// sets it before any test runs.
var deployed *deployedStack

// deployedStack is a ClientFlow that someone deployed, with the rights of who did.
// Its IBs are thrown away after the run.
type deployedStack struct {
	api string
	// run is a word that no other run's addresses have.
	run  string
	pool *cip.Client
	db   *dynamodb.Client

	poolID, clientID, users, leads, registry string
}

// localOnly are the tests that a deployed stack is not driven with, each with why.
func localOnly() map[string]string {
	const simulator, mail = "looks into the simulator, or has to wait for it", "reads the mail that is not sent"
	return map[string]string{
		"TestFromSignUpToSyncedLead":                      simulator,
		"TestOneVisitorOfTwoIBs":                          simulator,
		"TestErasingALead":                                simulator,
		"TestAWorkflowsTagComesBackToItsIBAlone":          simulator,
		"TestTheAuditTrailTellsWhoDidWhat":                simulator,
		"TestAnIBsTagsAreMadeAtItsSignUp":                 simulator,
		"TestWhatWasMissedIsMadeUpFor":                    simulator,
		"TestTheAdminSeesThatTheWebhookWorks":             simulator,
		"TestARedriveBringsFailedLeadsBack":               simulator,
		"TestWhatATenantReadsIsWhatItsOwnLeadsWrote":      simulator,
		"TestEnvironmentsKeepNothingOfATenant":            "reads contacts, for which the account's rate is too dear",
		"TestTwoHundredCapturesAtOnceAreCountedExactly":   "leaves as many contacts in the account",
		"TestSignUpIsFinishedByRepeatingIt":               mail,
		"TestForgottenPassword":                           mail,
		"TestAPasswordThatIsResetShutsOutWhoHadTheOldOne": mail,
		"TestAPasswordIsChangedBySomeoneSignedIn":         "knows how many tries the local Cognito gives",
		"TestAStrangerLearnsNothingOfAnAddress":           "sends mail, and times answers",
		"TestAnAddressBelongsToOneIB":                     "starts a stack of its own",
		"TestManyIBsCaptureOneAddressAtOnce":              "starts a stack of its own",
		"TestTheAccountsKeyIsChanged":                     "starts a stack of its own",
		"TestTheWebhooksSecretIsChanged":                  "starts a stack of its own",
		"TestAllStayAwayWhenOneIsAskedTo":                 "starts a stack of its own",
		"TestMailThatIsUsedUpTellsNothing":                "starts a stack of its own",
		"TestOneIDFindsALeadsWholeWay":                    "reads what functions log",
		"TestWhatAVisitorCallsATraceIsNotRepeated":        "reads what functions log",
		"TestADashboardOnAnotherOrigin":                   "knows the origins that are allowed",
		"TestADashboardIsLetInNowhereElse":                "as above",
	}
}

func TestTheTestsThatAreLocalOnlyAreThere(t *testing.T) {
	t.Parallel()
	var source strings.Builder
	files, err := filepath.Glob("*_test.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		source.Write(text)
	}
	for name := range localOnly() {
		if !strings.Contains(source.String(), "func "+name+"(t *testing.T)") {
			t.Errorf("there is no %s", name)
		}
	}
}

// runDeployed drives the deployed stack of that name. What each function logs and is
// allowed cannot be seen there.
func runDeployed(m *testing.M, stack string) error {
	ctx := context.Background()
	var err error
	if deployed, err = findDeployed(ctx, stack); err != nil {
		return err
	}
	skipped := "^(" + strings.Join(slices.Sorted(maps.Keys(localOnly())), "|") + ")$"
	// Few at a time: what is driven may have other callers.
	for name, value := range map[string]string{"test.skip": skipped, "test.parallel": "4"} {
		if err := flag.Set(name, value); err != nil {
			return err
		}
	}
	var failed error
	if code := m.Run(); code != 0 {
		failed = errors.New("the tests failed")
	}
	waiting, err := deployed.sweep(ctx)
	if waiting > 0 {
		fmt.Fprintf(os.Stderr, "%d IBs of these tests are left until their leads are erased in Systeme.io; the next run removes them.\n", waiting)
	}
	return errors.Join(failed, err)
}

func findDeployed(ctx context.Context, stack string) (*deployedStack, error) {
	config, err := deployment.Config(ctx)
	if err != nil {
		return nil, err
	}
	found, err := deployment.Find(ctx, config, stack)
	if err != nil {
		return nil, err
	}
	if found.Parameters["LeadOwnership"] == "exclusive" {
		return nil, errors.New("addresses belong to one IB there, and these tests share them among several")
	}
	d := &deployedStack{
		run: strings.ToLower(rand.Text()[:8]) + ".",
		api: strings.TrimSuffix(found.Outputs["ApiUrl"], "/"), pool: cip.NewFromConfig(config), db: dynamodb.NewFromConfig(config),
	}
	for logicalID, name := range map[string]*string{
		"UserPool": &d.poolID, "UserPoolClient": &d.clientID, "UsersTable": &d.users, "LeadsTable": &d.leads, "RegistryTable": &d.registry,
	} {
		if *name, err = found.Resource(logicalID); err != nil {
			return nil, err
		}
	}
	return d, nil
}

// join makes the account without a mail: its address is nobody's, and the pool may
// send a few mails a day.
func (d *deployedStack) join(tb testing.TB, email, name string) string {
	tb.Helper()
	made, err := d.pool.AdminCreateUser(tb.Context(), &cip.AdminCreateUserInput{
		UserPoolId: &d.poolID, Username: &email, MessageAction: types.MessageActionTypeSuppress,
		UserAttributes: []types.AttributeType{
			{Name: aws.String("email"), Value: &email}, {Name: aws.String("email_verified"), Value: aws.String("true")},
			{Name: aws.String("name"), Value: &name},
		},
	})
	if err == nil {
		err = d.setPassword(tb.Context(), email)
	}
	if err != nil {
		tb.Fatal(err)
	}
	return aws.ToString(made.User.Username)
}

func (d *deployedStack) setPassword(ctx context.Context, email string) error {
	_, err := d.pool.AdminSetUserPassword(ctx, &cip.AdminSetUserPasswordInput{
		UserPoolId: &d.poolID, Username: &email, Password: aws.String(password), Permanent: true,
	})
	return err
}

func (d *deployedStack) confirm(tb testing.TB, email string) {
	tb.Helper()
	if _, err := d.pool.AdminConfirmSignUp(tb.Context(), &cip.AdminConfirmSignUpInput{UserPoolId: &d.poolID, Username: &email}); err != nil {
		tb.Fatal(err)
	}
}

func (d *deployedStack) promote(tb testing.TB, email string) {
	tb.Helper()
	_, err := d.pool.AdminAddUserToGroup(tb.Context(), &cip.AdminAddUserToGroupInput{
		UserPoolId: &d.poolID, Username: &email, GroupName: aws.String("admins"),
	})
	if err != nil {
		tb.Fatal(err)
	}
}

func (d *deployedStack) anyone() (pool *cip.Client, clientID string) {
	known := d.pool.Options()
	return cip.New(cip.Options{Region: known.Region, BaseEndpoint: known.BaseEndpoint}), d.clientID
}
