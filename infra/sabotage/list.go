package main

import "slices"

// entries are all sabotages. Texts are kept as short as they can be and still
// stand in their file once.
func entries() []entry {
	return slices.Concat(ofStores(), ofRoles(), ofRoutes(), ofClaims(), ofVisitors(), ofTags(), ofSysteme(), ofStack(), ofRules(), ofErasure())
}

// ofStores remove what keeps a store to its tenant.
func ofStores() []entry {
	const table, role = "internal/tenantdb/table.go", "internal/tenantrole/assumer.go"
	alone := in("internal/tenantdb", "TestEveryCallIsForTheTenantAlone", "TestATransactionIsForTheTenantAlone")
	return []entry{
		{"store: the tenant in the key", table,
			"key := Item{partitionKey: &types.AttributeValueMemberS{Value: p.id.String()}}",
			"key := Item{partitionKey: &types.AttributeValueMemberS{Value: sort}}", alone},
		{"store: the tenant in a query", table,
			`values := Item{":tenant": &types.AttributeValueMemberS{Value: p.id.String()}}`,
			`values := Item{":tenant": &types.AttributeValueMemberS{Value: q.Index}}`, alone},
		{"store: a query's own value for the tenant", table,
			"if _, taken := values[name]; taken {", "if _, taken := values[name]; taken && value == nil {",
			in("internal/tenantdb", "TestQueryKeepsTheTenantsValue")},
		{"store: the tenant in a start key", table,
			"\tkey[partitionKey] = &types.AttributeValueMemberS{Value: p.id.String()}\n\treturn key", "\treturn key", alone},
		{"store: the partition key in a cursor", table,
			"\tdelete(out.LastEvaluatedKey, partitionKey)\n", "", alone},
		{"store: none for no tenant", table,
			"if err := id.Require(); err != nil {", "if err := id.Require(); err != nil && t.name == \"\" {",
			in("internal/tenantdb", "TestNoTenantNoTable")},
		{"store: the tenant's own credentials", table,
			"func(o *dynamodb.Options) { o.Credentials = credentials })", "func(o *dynamodb.Options) { _ = credentials })", alone},
		{"store: another table beside a transaction", "internal/tenantdb/transact.go",
			"if aws.ToString(table) == p.table.name {", "if aws.ToString(table) == \"\" {",
			in("internal/tenantdb", "TestBesideIsAnotherTable")},
		{"credentials: an entry for each tenant", role,
			"found, ok := a.known[id]\n\tif !ok {\n\t\ta.makeRoom()\n\t\tfound = &entry{credentials: a.assume(id)}\n\t\ta.known[id] = found",
			"found, ok := a.known[tenant.ID{}]\n\tif !ok {\n\t\ta.makeRoom()\n\t\tfound = &entry{credentials: a.assume(id)}\n\t\ta.known[tenant.ID{}] = found",
			in("internal/tenantrole", "TestTenantsNeverShareCredentials")},
		{"credentials: the session tag", role,
			`{Key: aws.String("userId"), Value: aws.String(id.String())}`, `{Key: aws.String("userId"), Value: aws.String("*")}`,
			in("internal/tenantrole", "TestAssumesTheRoleForOneTenant")},
		{"credentials: none for no tenant", role,
			"if err := id.Require(); err != nil {", "if err := id.Require(); err != nil && a.roleARN == \"\" {",
			in("internal/tenantrole", "TestNoTenantGetsNoCredentials")},
		{"lead: the tenant in its id", "internal/lead/id.go",
			`"clientflow/lead\x00" + owner.String() + "\x00"`, `"clientflow/lead\x00" + owner.String()[:0] + "\x00"`,
			in("internal/lead", "TestID")},
	}
}

// ofRoles remove conditions of the template's roles.
func ofRoles() []entry {
	const file = "template.yaml"
	const leads = "Action: [dynamodb:GetItem, dynamodb:Query, dynamodb:UpdateItem]\n                Resource: !GetAtt LeadsTable.Arn\n                Condition:\n"
	const transaction = `                  StringEquals: {"dynamodb:EnclosingOperation": TransactWriteItems}` + "\n"
	const erase = "Action: dynamodb:DeleteItem\n                Resource: !GetAtt LeadsTable.Arn\n                Condition:\n"
	const index = "Resource: !Sub ${LeadsTable.Arn}/index/byCreatedAt\n                Condition:\n"
	const own = `                  ForAllValues:StringEquals: {"dynamodb:LeadingKeys": ["${aws:PrincipalTag/userId}"]}` + "\n"
	const anyone = `                  ForAllValues:StringLike: {"dynamodb:LeadingKeys": ["*"]}` + "\n"
	const guard = `                  "Null": {"dynamodb:LeadingKeys": "false", "aws:PrincipalTag/userId": "false"}` + "\n"
	session := in("infra/local/template", "TestATenantsSessionReachesItsOwnItems", "TestATenantsSessionHasNoOtherWay")
	assuming := in("infra/local/template", "TestWhoAssumesATenantsRole")
	registry := in("infra/local/template", "TestThePartsOfTheRegistry")
	records := in("infra/local/template", "TestTheAccountFunctionsPartOfARecord")
	const turn = "Statement:\n              - Sid: BookATurn\n                Effect: Allow\n                Action: dynamodb:UpdateItem\n" +
		"                Resource: !GetAtt RegistryTable.Arn\n                Condition:\n"
	const item = `                  ForAllValues:StringEquals: {"dynamodb:LeadingKeys": ["RATE#systeme"]}` + "\n"
	const keyed = `                  "Null": {"dynamodb:LeadingKeys": "false"}` + "\n"
	turns := in("infra/local/template", "TestWhoBooksTurns", "TestTheContactsFunctionHasOneItemOfItsOwn")
	return []entry{
		{"policy: the leading key of leads", file, leads + own, leads + anyone, session},
		{"policy: the leading key of erasing", file, erase + transaction + own, erase + transaction + anyone, session},
		{"policy: erasing in a transaction alone", file, erase + transaction, erase, session},
		{"policy: the leading key of the index", file, index + own, index + anyone, session},
		{"policy: a prefix for the leading key", file, leads + own,
			leads + `                  ForAllValues:StringLike: {"dynamodb:LeadingKeys": ["${aws:PrincipalTag/userId}*"]}` + "\n", session},
		{"policy: the guard against an absent key", file, leads + own + guard, leads + own, session},
		{"policy: the guard of the index", file, index + own + guard, index + own, session},
		{"policy: the leading key of settings", file,
			`"dynamodb:LeadingKeys": ["${aws:PrincipalTag/userId}"]` + "\n                    \"dynamodb:Attributes\": [userId, name",
			`"dynamodb:Attributes": [userId, name`, session},
		{"policy: the attributes of settings", file, "[userId, name, thankYouUrl, allowedOrigins, timeZone]",
			"[userId, name, thankYouUrl, allowedOrigins, timeZone, systemeTagPrefix]", session},
		{"policy: named actions", file,
			"Action: dynamodb:Query\n                Resource: !Sub ${LeadsTable.Arn}/index/byCreatedAt",
			"Action: dynamodb:*\n                Resource: !Sub ${LeadsTable.Arn}/index/byCreatedAt", session},
		{"policy: the tag on AssumeRole", file,
			"              StringLike: {\"aws:RequestTag/userId\": \"?*\"}\n", "", assuming},
		{"policy: no other tag on AssumeRole", file,
			"              ForAllValues:StringEquals: {\"aws:TagKeys\": [userId]}\n", "", assuming},
		{"policy: the webhook's secret, and no other", file,
			"Resource: !Sub arn:${AWS::Partition}:ssm:${AWS::Region}:${AWS::AccountId}:parameter/clientflow/${Stage}/systeme-webhook-secret", "Resource: \"*\"",
			in("infra/local/template", "TestWhoReadsTheSecrets")},
		{"policy: who assumes the tenant's role", file,
			"Principal: {AWS: [!GetAtt TenantFunctionRole.Arn, !GetAtt ContactsFunctionRole.Arn]}", "Principal: {AWS: !Sub \"${AWS::AccountId}\"}", assuming},
		{"policy: no table for functions that serve IBs", file,
			"            Action: [sts:AssumeRole, sts:TagSession]\n            Resource: !GetAtt TenantRole.Arn",
			"            Action: [sts:AssumeRole, sts:TagSession, dynamodb:GetItem]\n            Resource: \"*\"", assuming},
		{"policy: the one item of the contacts function", file, turn + item, turn + anyone, turns},
		{"policy: the guard of that item", file, turn + item + keyed, turn + item, turns},
		{"policy: records are made in a transaction alone", file,
			`                StringEquals: {"dynamodb:EnclosingOperation": TransactWriteItems}` + "\n                ForAllValues:StringEquals:\n                  \"dynamodb:Attributes\":\n", "                ForAllValues:StringEquals:\n                  \"dynamodb:Attributes\":\n", records},
		{"policy: the attributes of sign-ups and sign-outs", file,
			"systemeTagsMadeAt, signedOutAt]", "systemeTagsMadeAt, signedOutAt, disabledAt]", records},
		{"policy: the forms' part of the registry", file, `["FORM#*"]`, `["*"]`, registry},
		{"policy: the prefixes' part of the registry", file, `{"dynamodb:LeadingKeys": ["PREFIX#*"]}`, `{"dynamodb:LeadingKeys": ["*"]}`, registry},
	}
}

// ofRoutes remove what a route of the template needs.
func ofRoutes() []entry {
	decided := in("infra/local/e2e", "TestEveryRouteHasItsDecision")
	return []entry{
		{"routes: the authorizer", "template.yaml",
			"Properties: {ApiId: !Ref HttpApi, Method: GET, Path: /leads}",
			"Properties: {ApiId: !Ref HttpApi, Method: GET, Path: /leads, Auth: {Authorizer: NONE}}", decided},
		{"routes: the authorizer of all", "template.yaml", "        DefaultAuthorizer: CognitoAuthorizer\n", "", decided},
		{"routes: a decision on each", "infra/local/e2e/registry_test.go",
			`	"GET /stats":                  {access: tenantScoped},` + "\n", "", decided},
		{"routes: a route for each decision", "template.yaml",
			"Properties: {ApiId: !Ref HttpApi, Method: GET, Path: /stats}", "Properties: {ApiId: !Ref HttpApi, Method: GET, Path: /statistics}", decided},
		{"roles: what each has in vain", "infra/local/e2e/permissions_test.go",
			"decision.Principal == role && grant.Covers(decision)", "grant.Covers(decision)",
			in("infra/local/e2e", "TestInspectFindsWhatOneRoleHasInVain")},
		{"routes: that there are any", "infra/local/e2e/registry_test.go",
			"range parsed.Functions {", "range parsed.Functions[:0] {", decided},
	}
}

// ofClaims remove checks of who calls.
func ofClaims() []entry {
	const file = "internal/tenant/claims.go"
	refused := in("internal/tenant", "TestVerifyRefuses", "TestVerifierWithoutSettingsRefusesAll")
	return []entry{
		{"claims: iss", file, ` && claims["iss"] == v.Issuer`, "", refused},
		{"claims: client_id", file, ` && claims["client_id"] == v.ClientID`, "", refused},
		{"claims: token_use", file, `claims["token_use"] == "access" &&`, "", refused},
		{"claims: exp", file, "v.Now().Before(time.Unix(expires, 0)) &&", "expires >= 0 &&", refused},
		{"claims: the shape of sub", file, `subject.MatchString(claims["sub"])`, `claims["sub"] != ""`, refused},
		{"claims: a verifier without an issuer", file, `v.Issuer != "" && `, "", refused},
		{"claims: a verifier without a client", file, `v.ClientID != "" && `, "", refused},
		{"claims: a group by its whole name", file, `slices.Contains(groups(claims["cognito:groups"]), AdminGroup)`,
			`slices.Contains(groups(claims["cognito:groups"]), AdminGroup) || strings.Contains(claims["cognito:groups"], AdminGroup)`, in("internal/tenant", "TestAdmin")},
		{"guard: IBs that are disabled", "internal/account/disable.go",
			`err == nil && ib.DisabledAt != ""`, `err == nil && ib.DisabledAt != "" && ib.Name == ""`,
			in("internal/account", "TestADisabledIBIsOutAtItsNextRequest")},
		{"guard: IBs that were erased", "internal/account/disable.go",
			"return IB{}, ErrErased", "return IB{}, nil", in("internal/account", "TestADisabledIBIsOutAtItsNextRequest")},
		{"guard: admins too", "internal/admin/admin.go",
			"range d.users.Guard(verifier, routes) {", "range routes {", in("internal/admin", "TestAnAdminWhoIsShutOut")},
		{"guard: tokens from before a sign-out", "internal/account/disable.go",
			"if ib.signedOut(caller.IssuedAt) {", `if ib.signedOut(caller.IssuedAt) && ib.Name == "" {`,
			in("internal/account", "TestTokensFromBeforeASignOutAreRefused")},
		{"claims: the shape of a stored userId", "internal/tenant/tenant.go",
			"if !subject.MatchString(userID) {", `if userID == "" {`, in("internal/tenant", "TestStored")},
		{"routes: ForTenant", "internal/httpapi/routes.go",
			"if err != nil {\n\t\t\treturn Response{}, problem.New(problem.Unauthorized",
			"if err != nil && r.RouteKey == \"\" {\n\t\t\treturn Response{}, problem.New(problem.Unauthorized",
			in("internal/httpapi", "TestForTenantRefusesWhatIsNotVerified")},
	}
}
