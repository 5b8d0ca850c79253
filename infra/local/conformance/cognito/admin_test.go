package cognito_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	cip "github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider"
	"github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider/types"
)

func TestPoolAndClient(t *testing.T) {
	t.Parallel()
	s := start(t)
	pool, err := s.DescribeUserPool(t.Context(), &cip.DescribeUserPoolInput{UserPoolId: &s.poolID})
	if err != nil {
		t.Fatal(err)
	}
	if p := pool.UserPool; aws.ToString(p.Name) != "conformance" || aws.ToInt32(p.Policies.PasswordPolicy.MinimumLength) != 8 || !p.Policies.PasswordPolicy.RequireSymbols {
		t.Errorf("pool %+v", p)
	}
	client, err := s.DescribeUserPoolClient(t.Context(), &cip.DescribeUserPoolClientInput{UserPoolId: &s.poolID, ClientId: &s.clientID})
	if err != nil {
		t.Fatal(err)
	}
	if c := client.UserPoolClient; aws.ToString(c.ClientName) != "web" || aws.ToInt32(c.AccessTokenValidity) != 30 || c.TokenValidityUnits.IdToken != types.TimeUnitsTypeHours || c.ClientSecret != nil {
		t.Errorf("client %+v", c)
	}
	_, err = s.DescribeUserPool(t.Context(), &cip.DescribeUserPoolInput{UserPoolId: aws.String("us-east-1_nothing00")})
	wantCode(t, err, "ResourceNotFoundException")
	_, err = s.DescribeUserPoolClient(t.Context(), &cip.DescribeUserPoolClientInput{UserPoolId: &s.poolID, ClientId: aws.String("nothing")})
	wantCode(t, err, "ResourceNotFoundException")
}

func TestGroups(t *testing.T) {
	t.Parallel()
	s := start(t)
	s.user(t, email)
	create := func(name string) error {
		_, err := s.CreateGroup(t.Context(), &cip.CreateGroupInput{UserPoolId: &s.poolID, GroupName: &name, Description: aws.String("for " + name)})
		return err
	}
	for _, name := range []string{"admins", "readers"} {
		if err := create(name); err != nil {
			t.Fatal(err)
		}
	}
	wantCode(t, create("admins"), "GroupExistsException")
	add := func(user, name string) error {
		_, err := s.AdminAddUserToGroup(t.Context(), &cip.AdminAddUserToGroupInput{UserPoolId: &s.poolID, Username: &user, GroupName: &name})
		return err
	}
	for range 2 { // the second time changes nothing
		if err := add(email, "admins"); err != nil {
			t.Fatal(err)
		}
	}
	wantCode(t, add(email, "nothing"), "ResourceNotFoundException")
	wantCode(t, add("nobody@ib.test", "admins"), "UserNotFoundException")

	listed, err := s.AdminListGroupsForUser(t.Context(), &cip.AdminListGroupsForUserInput{UserPoolId: &s.poolID, Username: aws.String(email)})
	if err != nil {
		t.Fatal(err)
	}
	if len(listed.Groups) != 1 || aws.ToString(listed.Groups[0].GroupName) != "admins" || aws.ToString(listed.Groups[0].Description) != "for admins" {
		t.Errorf("groups %+v", listed.Groups)
	}
	tokens := s.signIn(t, email, password)
	for _, token := range []*string{tokens.AccessToken, tokens.IdToken} {
		if got := fmt.Sprint(s.claims(t, token)["cognito:groups"]); got != "[admins]" {
			t.Errorf("cognito:groups = %s, want [admins]", got)
		}
	}

	_, err = s.AdminRemoveUserFromGroup(t.Context(), &cip.AdminRemoveUserFromGroupInput{UserPoolId: &s.poolID, Username: aws.String(email), GroupName: aws.String("admins")})
	if err != nil {
		t.Fatal(err)
	}
	if got := s.claims(t, s.signIn(t, email, password).AccessToken)["cognito:groups"]; got != nil {
		t.Errorf("cognito:groups = %v, want none", got)
	}
}

func TestAnAdministratorMakesAUser(t *testing.T) {
	t.Parallel()
	s := start(t)
	make := func() (*cip.AdminCreateUserOutput, error) {
		return s.AdminCreateUser(t.Context(), &cip.AdminCreateUserInput{
			UserPoolId: &s.poolID, Username: aws.String(email), MessageAction: types.MessageActionTypeSuppress,
			UserAttributes: []types.AttributeType{
				{Name: aws.String("email"), Value: aws.String(email)}, {Name: aws.String("name"), Value: aws.String("Jane")},
				{Name: aws.String("email_verified"), Value: aws.String("true")},
			},
		})
	}
	made, err := make()
	if err != nil {
		t.Fatal(err)
	}
	if made.User.UserStatus != types.UserStatusTypeForceChangePassword || !made.User.Enabled || aws.ToString(made.User.Username) == "" {
		t.Errorf("made %+v", made.User)
	}
	_, err = make()
	wantCode(t, err, "UsernameExistsException")
	set := func(user, password string) error {
		_, err := s.AdminSetUserPassword(t.Context(), &cip.AdminSetUserPasswordInput{UserPoolId: &s.poolID, Username: &user, Password: &password, Permanent: true})
		return err
	}
	wantCode(t, set(email, "weak"), "InvalidPasswordException")
	wantCode(t, set("nobody@ib.test", password), "UserNotFoundException")
	if err := set(email, password); err != nil {
		t.Fatal(err)
	}
	if got := s.claims(t, s.signIn(t, email, password).IdToken); got["email"] != email || got["sub"] != aws.ToString(made.User.Username) {
		t.Errorf("claims %v", got)
	}
	found, err := s.AdminGetUser(t.Context(), &cip.AdminGetUserInput{UserPoolId: &s.poolID, Username: aws.String(email)})
	if err != nil {
		t.Fatal(err)
	}
	attributes := map[string]string{}
	for _, a := range found.UserAttributes {
		attributes[aws.ToString(a.Name)] = aws.ToString(a.Value)
	}
	if attributes["name"] != "Jane" || attributes["email_verified"] != "true" || found.UserStatus != types.UserStatusTypeConfirmed {
		t.Errorf("%s with %v", found.UserStatus, attributes)
	}
}

func TestAdminGetUser(t *testing.T) {
	t.Parallel()
	s := start(t)
	sub := s.signUp(t, email)
	get := func(username string) (*cip.AdminGetUserOutput, error) {
		return s.AdminGetUser(t.Context(), &cip.AdminGetUserInput{UserPoolId: &s.poolID, Username: &username})
	}
	for _, username := range []string{email, sub} {
		got, err := get(username)
		if err != nil {
			t.Fatal(err)
		}
		if aws.ToString(got.Username) != sub || got.UserStatus != types.UserStatusTypeUnconfirmed || !got.Enabled || got.UserCreateDate == nil {
			t.Errorf("user %+v", got)
		}
		wantAttributes(t, got.UserAttributes, map[string]string{"sub": sub, "email": email})
	}
	_, err := get("nobody@ib.test")
	wantCode(t, err, "UserNotFoundException")

	if _, err := s.AdminConfirmSignUp(t.Context(), &cip.AdminConfirmSignUpInput{UserPoolId: &s.poolID, Username: aws.String(email)}); err != nil {
		t.Fatal(err)
	}
	got, err := get(email)
	if err != nil || got.UserStatus != types.UserStatusTypeConfirmed {
		t.Errorf("status %s, error %v; want CONFIRMED", got.UserStatus, err)
	}
	s.signIn(t, email, password)
}

func TestDisabledUser(t *testing.T) {
	t.Parallel()
	s := start(t)
	s.user(t, email)
	tokens := s.signIn(t, email, password)
	if _, err := s.AdminDisableUser(t.Context(), &cip.AdminDisableUserInput{UserPoolId: &s.poolID, Username: aws.String(email)}); err != nil {
		t.Fatal(err)
	}
	_, err := s.trySignIn(t, email, password)
	wantCode(t, err, "NotAuthorizedException")
	if !s.external { // moto goes on refreshing for a disabled user
		_, err = s.refresh(t, tokens.RefreshToken)
		wantCode(t, err, "NotAuthorizedException")
	}
	if _, err := s.AdminEnableUser(t.Context(), &cip.AdminEnableUserInput{UserPoolId: &s.poolID, Username: aws.String(email)}); err != nil {
		t.Fatal(err)
	}
	s.signIn(t, email, password)
}

func TestAdminSignsOut(t *testing.T) {
	t.Parallel()
	s := start(t)
	s.user(t, email)
	tokens := s.signIn(t, email, password)
	if _, err := s.AdminUserGlobalSignOut(t.Context(), &cip.AdminUserGlobalSignOutInput{UserPoolId: &s.poolID, Username: aws.String(email)}); err != nil {
		t.Fatal(err)
	}
	_, err := s.refresh(t, tokens.RefreshToken)
	wantCode(t, err, "NotAuthorizedException")
}

func TestDeletedUser(t *testing.T) {
	t.Parallel()
	s := start(t)
	old := s.user(t, email)
	tokens := s.signIn(t, email, password)
	if _, err := s.AdminDeleteUser(t.Context(), &cip.AdminDeleteUserInput{UserPoolId: &s.poolID, Username: aws.String(email)}); err != nil {
		t.Fatal(err)
	}
	if !s.external { // moto stumbles over tokens of a user that is gone
		_, err := s.refresh(t, tokens.RefreshToken)
		wantCode(t, err, "NotAuthorizedException")
		_, err = s.GetUser(t.Context(), &cip.GetUserInput{AccessToken: tokens.AccessToken})
		wantCode(t, err, "UserNotFoundException")
	}
	if again := s.user(t, email); again == old {
		t.Error("the address has its old sub again")
	}
}

func TestListUsers(t *testing.T) {
	t.Parallel()
	s := start(t)
	var subs []string
	for _, email := range []string{"john@ib.test", "sarah@ib.test", "mike@ib.test"} {
		subs = append(subs, s.signUp(t, email))
	}
	list := func(in cip.ListUsersInput) []string {
		in.UserPoolId = &s.poolID
		var found []string
		pages := cip.NewListUsersPaginator(s.Client, &in)
		for pages.HasMorePages() {
			page, err := pages.NextPage(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			for _, u := range page.Users {
				found = append(found, aws.ToString(u.Username))
			}
		}
		slices.Sort(found)
		return found
	}
	for name, tt := range map[string]struct {
		in   cip.ListUsersInput
		want []string
	}{
		"all":                  {cip.ListUsersInput{}, subs},
		"all, page by page":    {cip.ListUsersInput{Limit: aws.Int32(2)}, subs},
		"by email":             {cip.ListUsersInput{Filter: aws.String(`email = "sarah@ib.test"`)}, subs[1:2]},
		"by beginning":         {cip.ListUsersInput{Filter: aws.String(`email ^= "mike"`)}, subs[2:]},
		"by sub":               {cip.ListUsersInput{Filter: aws.String(`sub = "` + subs[0] + `"`)}, subs[:1]},
		"by an unknown email":  {cip.ListUsersInput{Filter: aws.String(`email = "nobody@ib.test"`)}, nil},
		"by status, confirmed": {cip.ListUsersInput{Filter: aws.String(`cognito:user_status = "CONFIRMED"`)}, nil},
	} {
		want := slices.Sorted(slices.Values(tt.want))
		if got := list(tt.in); !slices.Equal(got, want) {
			t.Errorf("%s: %v, want %v", name, got, want)
		}
	}
	_, err := s.ListUsers(t.Context(), &cip.ListUsersInput{UserPoolId: &s.poolID, Filter: aws.String("email")})
	wantCode(t, err, "InvalidParameterException")
}

func TestListUsersInGroup(t *testing.T) {
	t.Parallel()
	s := start(t)
	if _, err := s.CreateGroup(t.Context(), &cip.CreateGroupInput{UserPoolId: &s.poolID, GroupName: aws.String("admins")}); err != nil {
		t.Fatal(err)
	}
	members := func() []string {
		out, err := s.ListUsersInGroup(t.Context(), &cip.ListUsersInGroupInput{UserPoolId: &s.poolID, GroupName: aws.String("admins")})
		if err != nil {
			t.Fatal(err)
		}
		var found []string
		for _, u := range out.Users {
			found = append(found, aws.ToString(u.Username))
		}
		return found
	}
	s.signUp(t, "sarah@ib.test")
	john := s.signUp(t, "john@ib.test")
	if found := members(); len(found) != 0 {
		t.Errorf("members %v", found)
	}
	_, err := s.AdminAddUserToGroup(t.Context(), &cip.AdminAddUserToGroupInput{
		UserPoolId: &s.poolID, GroupName: aws.String("admins"), Username: &john,
	})
	if err != nil {
		t.Fatal(err)
	}
	if found := members(); !slices.Equal(found, []string{john}) {
		t.Errorf("members %v", found)
	}
	_, err = s.ListUsersInGroup(t.Context(), &cip.ListUsersInGroupInput{UserPoolId: &s.poolID, GroupName: aws.String("nobodys")})
	wantCode(t, err, "ResourceNotFoundException")
}

func TestUnknownOperationIsNamed(t *testing.T) {
	t.Parallel()
	s := start(t)
	if s.external {
		return // other engines have it
	}
	_, err := s.ListDevices(t.Context(), &cip.ListDevicesInput{AccessToken: aws.String("x")})
	wantError(t, err, "UnknownOperationException", "The local AWS does not have the operation AWSCognitoIdentityProviderService.ListDevices")
}

// A user that an administrator makes without a message has a sub from the beginning,
// and a password that nobody knows.
func TestAUserMadeByAnAdministrator(t *testing.T) {
	t.Parallel()
	s := start(t)
	const username = "decoy@nobody.invalid"
	create := func() (*cip.AdminCreateUserOutput, error) {
		return s.AdminCreateUser(t.Context(), &cip.AdminCreateUserInput{
			UserPoolId: &s.poolID, Username: aws.String(username), MessageAction: types.MessageActionTypeSuppress,
		})
	}
	made, err := create()
	if err != nil {
		t.Fatal(err)
	}
	attributes := map[string]string{}
	for _, a := range made.User.Attributes {
		attributes[aws.ToString(a.Name)] = aws.ToString(a.Value)
	}
	if sub := aws.ToString(made.User.Username); sub == "" || attributes["sub"] != sub || attributes["email"] != username {
		t.Errorf("made %s with %v", sub, attributes)
	}
	if made.User.UserStatus != types.UserStatusTypeForceChangePassword || !made.User.Enabled {
		t.Errorf("made a user that is %s", made.User.UserStatus)
	}
	_, err = create()
	wantCode(t, err, "UsernameExistsException")
	_, err = s.trySignIn(t, username, password)
	wantCode(t, err, "NotAuthorizedException")
	if _, err := s.AdminDeleteUser(t.Context(), &cip.AdminDeleteUserInput{UserPoolId: &s.poolID, Username: aws.String(username)}); err != nil {
		t.Fatal(err)
	}
	_, err = s.AdminGetUser(t.Context(), &cip.AdminGetUserInput{UserPoolId: &s.poolID, Username: aws.String(username)})
	wantCode(t, err, "UserNotFoundException")
}
