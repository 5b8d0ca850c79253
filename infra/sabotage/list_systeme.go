package main

// ofSysteme remove what keeps IBs apart in the account of Systeme.io that they
// share.
func ofSysteme() []entry {
	forged := in("internal/webhook", "TestForgedDeliveries", "TestWithoutASecretNothingIsTaken")
	passed := in("internal/webhook", "TestWhatIsPassedOver")
	return []entry{
		{"contacts: an IB's own tags alone", "internal/contact/contact.go",
			"err == nil && whose == prefix", "err == nil && whose.String() != \"\"",
			in("internal/contact", "TestContactsOfOthersAreDropped", "TestAnIBSeesItsPartOfAContact")},
		{"contacts: those that carry them", "internal/contact/contact.go",
			"len(own) > 0 {", "len(own) >= 0 {", in("internal/contact", "TestContactsOfOthersAreDropped")},
		{"contacts: a cursor for its IB alone", "internal/contact/cursor.go",
			"aead.Seal(nil, nil, id, []byte(owner.String()))", "aead.Seal(nil, nil, id, nil)",
			in("internal/contact", "TestPages", "TestBadCursors")},
		{"contacts: a cursor of another IB", "internal/contact/cursor.go",
			"[]byte(owner.String()))\n\tif err", "[]byte(owner.String()[:0]))\n\tif err",
			in("internal/contact", "TestPages", "TestBadCursors")},
		{"webhook: the signature", "internal/systeme/event.go",
			"return hmac.Equal(given, mac.Sum(nil))", "return len(given) == len(mac.Sum(nil))", forged},
		{"webhook: an empty secret", "internal/systeme/event.go", ` || secret == ""`, "", in("internal/systeme", "TestVerifySignature")},
		{"webhook: no secret at all", "internal/signing/signing.go", "if s.newest == \"\" {\n\t\treturn nil", "if s.newest == between {\n\t\treturn nil",
			in("internal/signing", "TestWhatATextHolds")},
		{"webhook: the signature's check", "internal/webhook/webhook.go",
			"if !valid || !decoded {",
			"if !valid && signature == \"\" || !decoded {", forged},
		{"webhook: the end of an old secret", "internal/signing/signing.go", "!now.Before(e.until)", "now.Before(time.Time{})", in("internal/webhook", "TestASecretThatWasChanged")},
		{"webhook: a secret that is thrown out", "infra/systeme/rotate.go", "if err := p.spread(ctx, stored); err != nil {", "if stored.value == \"\" {",
			in("infra/systeme", "TestFunctionsKnowASecretThatWasChanged", "TestAnEndThatFunctionsDoNotKnow")},
		{"webhook: functions that know it yet", "infra/environments/environments.go", "variables[replacedAt] = time.Now().UTC().Format(time.RFC3339Nano)", "variables[replacedAt] = \"now\"",
			in("infra/environments", "TestAVariableIsAnotherEachTime")},
		{"webhook: functions that are not yet replaced", "infra/environments/environments.go", "return fmt.Errorf(\"wait until the change of %s is in force: %w\", name, err)", "return nil",
			in("infra/environments", "TestWhatCannotBeReplaced")},
		{"webhook: the list of workflows' tags", "internal/webhook/record.go",
			"if err != nil || !setByWorkflows(name) {", "if err != nil {", passed},
		{"webhook: the look-up of a prefix", "internal/webhook/record.go",
			"if err != nil || !known {", "if err != nil || !known && name == \"\" {", passed},
		{"webhook: whose the prefix is", "internal/webhook/tenant.go",
			`"PREFIX#" + prefix.String()`, `"PREFIX#ib-johnjohn-" + prefix.String()[:0]`,
			in("internal/webhook", "TestTheTagTellsWhoseLeadItIs")},
		{"webhook: an entry of the registry that is damaged", "internal/webhook/tenant.go",
			"return owner, err == nil, err", "return owner, err == nil, nil", in("internal/webhook", "TestADamagedRegistryIsAFailure")},
		{"sync: the IB's stored prefix", "internal/tagsync/sync.go",
			"wanted, err := l.Tags(ib.Prefix)", "wanted, err := []string{l.IBType}, error(nil)", in("internal/tagsync", "TestNewLead")},
		{"sync: the shape of a lead's id", "internal/tagsync/message.go",
			` || b.LeadID != "" && !leadIDShape.MatchString(b.LeadID)`, "", in("internal/tagsync", "TestRecordNameRefuses")},
		{"ownership: an address of one IB", "internal/ownership/ownership.go",
			`"attribute_not_exists(#key) OR attribute_exists(#owner)"`, `"attribute_not_exists(#key) OR attribute_exists(#key) OR attribute_exists(#owner)"`,
			in("internal/lead", "TestAnAddressBelongsToTheFirst")},
	}
}

// ofStack break what the tests of the whole stack are to see. Only what its random
// sequences cannot miss is here.
func ofStack() []entry {
	reads := in("infra/local/e2e", "TestWhatATenantReadsIsWhatItsOwnLeadsWrote")
	stranger := in("infra/local/e2e", "TestAStrangerLearnsNothingOfAnAddress")
	return []entry{
		{"stack: nothing is kept of a caller", "internal/httpapi/routes.go",
			"\treturn func(ctx context.Context, r *Request) (Response, error) {\n\t\tcaller, err := verifier.Verify(r.Context.Authorizer.JWT.Claims)\n",
			"\tvar kept tenant.Caller\n\treturn func(ctx context.Context, r *Request) (Response, error) {\n" +
				"\t\tcaller, err := verifier.Verify(r.Context.Authorizer.JWT.Claims)\n" +
				"\t\tif kept.Tenant.Require() != nil {\n\t\t\tkept = caller\n\t\t}\n\t\tcaller = kept\n", reads},
		{"stack: who calls is what the token says", "internal/httpapi/routes.go",
			"caller, err := verifier.Verify(r.Context.Authorizer.JWT.Claims)\n",
			"caller, err := verifier.Verify(r.Context.Authorizer.JWT.Claims)\n" +
				"\t\tif id, named := tenant.Stored(r.Header(\"x-user-id\")); err == nil && named == nil {\n\t\t\tcaller.Tenant = id\n\t\t}\n",
			in("infra/local/e2e", "TestTricks")},
		{"stack: one answer at sign-up", "internal/account/identity/signup.go",
			`case "UsernameExistsException", "CodeDeliveryFailureException":`, `case "CodeDeliveryFailureException":`, stranger},
		{"stack: one time at sign-up", "internal/account/identity/signup.go",
			"\t\td.registerAgain(ctx, person.Email, proof)\n", "\t\ttime.Sleep(3 * d.step)\n", stranger},
		{"stack: a userId of the pool's making at sign-up", "internal/account/identity/signup.go",
			"userID = nobody.userID", "userID = \"0b1c2d3e-4f50-4162-8374-95a6b7c8d9e0\"", stranger},
	}
}

// ofRules remove what holds the code to its own rules.
func ofRules() []entry {
	return []entry{
		{"rules: who may act for any tenant", "internal/lead/id.go",
			"// keyPrefix begins the sort key of every lead.\n",
			"func stored(userID string) (tenant.ID, error) { return tenant.Stored(userID) }\n\n// keyPrefix begins the sort key of every lead.\n",
			in("internal/tenant", "TestWhoMayActForAnyTenant")},
		{"rules: no variable of a package", "internal/lead/id.go",
			"// keyPrefix begins the sort key of every lead.\n",
			"var seen = map[string]string{}\n\n// keyPrefix begins the sort key of every lead.\n",
			in("infra/local/e2e", "TestNothingIsKeptBetweenRequests")},
	}
}
