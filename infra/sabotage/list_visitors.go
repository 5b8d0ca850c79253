package main

// ofVisitors remove what keeps a stranger from learning who is known.
func ofVisitors() []entry {
	const capture = "internal/capture/capture.go"
	known := in("internal/capture", "TestAKnownAddressIsAnsweredAsANewOne")
	uniform := in("internal/account/identity", "TestAnswersDoNotTellWhetherAnAddressIsKnown", "TestAKnownAddressGetsNobodysID")
	return []entry{
		{"capture: one answer for a known address", capture,
			"_, _, err = leads.Capture(ctx, submission, lead.FromForm)\n",
			"_, created, err := leads.Capture(ctx, submission, lead.FromForm)\n" +
				"\tif err == nil && !created {\n\t\treturn problem.New(problem.Invalid, \"Known.\")\n\t}\n", known},
		{"capture: one answer for another IB's address", capture,
			"if errors.Is(err, ownership.ErrTaken) {", "if errors.Is(err, ownership.ErrTaken) && ib.Name == \"\" {",
			in("internal/capture", "TestAnAddressThatAnotherIBHas")},
		{"capture: the first submission stands", "internal/lead/capture.go",
			"#%[1]s = if_not_exists(#%[1]s, :%[1]s)", "#%[1]s = :%[1]s", in("internal/lead", "TestTheFirstSubmissionStandsWhole")},
		{"capture: origins that may read", "internal/capture/cors.go",
			"slices.Contains(ib.AllowedOrigins, origin)", "origin != \"\" && !slices.Contains(ib.AllowedOrigins, \"*\")",
			in("internal/capture", "TestCORS")},
		{"dashboards: origins that may read", "internal/httpapi/cors.go",
			"return slices.Contains(d.origins, origin) }", `return origin != "" && len(d.origins) > 0 }`,
			in("internal/httpapi", "TestDashboards")},
		{"dashboards: none when none is allowed", "internal/httpapi/cors.go",
			`func(origin string) bool { return origin == "" }`, `func(origin string) bool { return origin == "*" }`,
			in("internal/httpapi", "TestWithoutDashboards")},
		{"sign-up: one answer for a known address", "internal/account/identity/signup.go",
			`case "UsernameExistsException", "CodeDeliveryFailureException":`, `case "CodeDeliveryFailureException":`, uniform},
		{"sign-up: a decoy for every address", "internal/account/identity/signup.go",
			"\tcase nobody.err != nil:\n", "\tcase nobody.err != nil && userID == \"\":\n",
			in("internal/account/identity", "TestADecoyForEverySignUp")},
		{"sign-up: one answer when no mail is left", "internal/account/identity/signup.go",
			`case "LimitExceededException", "InvalidEmailRoleAccessPolicyException":`, `case "InvalidEmailRoleAccessPolicyException":`, uniform},
		{"sign-up: one time for a known address", "internal/account/identity/signup.go",
			"\tdefer d.even(ctx, time.Now())\n", "\t_ = time.Now\n", uniform},
		{"sign-up: none past the API", "template.yaml",
			"      GenerateSecret: true\n", "      GenerateSecret: false\n",
			in("infra/local/e2e", "TestThePoolAnswersNobodyPastTheAPI")},
		{"forgotten password: one answer", "internal/account/identity/password.go",
			"if err := unsaid(err); err != nil {\n\t\treturn httpapi.Response{}, failed(\"ask for a new password\", err)",
			"if err != nil {\n\t\treturn httpapi.Response{}, failed(\"ask for a new password\", err)", uniform},
		{"forgotten password: the sessions of who knew the old one", "internal/account/identity/password.go",
			"if err := d.endSessions(ctx, address); err != nil {", "if err := ctx.Err(); err != nil {",
			in("internal/account/identity", "TestSigningOutEverywhereIsNotedAndLastsASecond")},
		{"log: what looks personal", "internal/eventlog/eventlog.go",
			`personal.ReplaceAllString(err.Error(), "[removed]")`, `personal.ReplaceAllString(err.Error(), "$0")`,
			in("internal/eventlog", "TestErrorRemovesPersonalData")},
		{"log: what a run has written", "infra/local/e2e/logs_test.go",
			"if found := personal.Find(line); found != nil {", "if found := personal.Find(line); len(found) > 1000 {",
			in("infra/local/e2e", "TestInspectLogsFindsWhatItIsFor")},
		{"log: no id of a lead", "internal/tagsync/handler.go",
			`slog.Any("messageIds", d.each(func(r Record) string { return r.MessageID })),`, `slog.String("leadId", d.leadID),`,
			in("internal/tagsync", "TestHandleLogsOneLineForEachLead")},
		{"answers: nothing of an internal error", "internal/problem/problem.go",
			`return New(Internal, "Something failed on our side. Please try again later.")`, "return New(Internal, err.Error())",
			in("internal/problem", "TestOfHidesWhatIsNotAProblem")},
	}
}

// ofTags remove what keeps a tag inside its IB's prefix.
func ofTags() []entry {
	const file = "internal/tag/tag.go"
	slugs := in("internal/tag", "TestSlug", "TestNoNameOfTheSetComesFromAForm", "TestTag")
	return []entry{
		{"tag: the shape of a name", file, "len(name) <= maxNameLen && nameShape.MatchString(name)",
			"len(name) <= maxNameLen && nameShape.String() != \"\"", slugs},
		{"tag: the length of a name", file, "len(name) <= maxNameLen && ", "", slugs},
		{"tag: reserved names", file, "if reserved(name) {", "if reserved(name) && name == \"\" {", slugs},
		{"tag: reserved names in other spellings", file, "if reserved(name) {", "if reserved(text) {", slugs},
		{"tag: the Kelvin sign", file, "strings.Map(slugRune, strings.TrimSpace(text))",
			"strings.Map(slugRune, strings.ToLower(strings.TrimSpace(text)))", slugs},
		{"tag: the length of a prefix", file, "`^ib-[a-z0-9]{8}-$`", "`^ib-[a-z0-9]{7,9}-$`",
			in("internal/tag", "TestParsePrefixRefuses")},
		{"tag: none without a prefix", file, `p.text == "" || `, "", slugs},
		{"tag: where the prefix ends", file, "if len(text) <= prefixLen {", "if i := strings.LastIndex(text, \"-\"); i > 0 && validName(text[i+1:]) {\n\t\treturn Prefix{text[:i+1]}, text[i+1:], nil\n\t}\n\tif len(text) <= prefixLen {",
			in("internal/tag", "TestParseRefuses")},
	}
}
