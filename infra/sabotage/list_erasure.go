package main

// ofErasure remove what keeps one IB's erasure from what is another's, and what keeps
// an address with its owner.
func ofErasure() []entry {
	const erase, deletions, sync = "internal/tagsync/erase.go", "internal/tagsync/deletions.go", "internal/tagsync/sync.go"
	meets := in("internal/tagsync", "TestErasureMeetsAtEveryCall", "TestErasureMeetsTwoSyncs")
	roles := in("infra/local/template", "TestATenantDeletesWithinATransaction", "TestATenantReachesItsOwnPartOfAClaim", "TestWhoWritesClaimsAndAnnouncements")
	return []entry{
		{"erasure: the IB's own tags alone", erase,
			"strings.HasPrefix(strings.ToLower(tag.Name), prefix)", `strings.HasPrefix(tag.Name, "ib-")`,
			in("internal/tagsync", "TestAContactThatAnotherHoldsStays")},
		{"erasure: an IB without a prefix has no tags", erase,
			`prefix != "" && `, "", in("internal/tagsync", "TestAnIBWithoutAPrefixErasesNobodysTags")},
		{"erasure: a contact that another holds", erase,
			"if !e.own(tag) {\n\t\t\treturn true", "if !e.own(tag) {\n\t\t\treturn false", in("internal/tagsync", "TestAContactThatAnotherHoldsStays")},
		{"erasure: a contact of the account's owner", erase,
			"if !byClientFlow(contact) {\n\t\treturn true", "if !byClientFlow(contact) {\n\t\treturn false",
			in("internal/tagsync", "TestAContactThatClientFlowDidNotMakeStays")},
		{"erasure: the last look before a contact goes", erase,
			"if err != nil || e.held(contact) {", "if err != nil || contact.ID == 0 {", meets},
		{"erasure: what is announced is asked for", deletions, "wait >= 0 {", "wait >= 1000*time.Hour {", meets},
		{"erasure: asked for when tags are found", sync, "if len(found) > 0 {", "if len(found) > 1000 {", meets},
		{"erasure: the wait for what may still come", erase,
			"if wait := quiet.Sub(e.now()); wait > 0 {", "if wait := quiet.Sub(e.now()); wait > 1000*time.Hour {", meets},
		{"erasure: what a late sync noted is forgotten", "internal/lead/erase_progress.go",
			"REMOVE syncError, syncNote, syncBlocks, systemeContactId, systemeTagsApplied, systemeSyncedAt, workflowTags", "REMOVE workflowTags", meets},
		{"erasure: before a lead that is captured anew", sync,
			"\tif err != nil {\n\t\treturn end{}, err\n\t}\n\tif erased {", "\tif err != nil && !erased && loadErr != nil {\n\t\treturn end{}, err\n\t}\n\tif erased {", meets},
		{"erasure: no address when it is done", "internal/lead/erase_progress.go",
			"REMOVE alias, capturedAt, email, ", "REMOVE ", in("internal/lead", "TestErasureInItsSteps")},
		{"erasure: a deletion by one transaction", "template.yaml",
			"                Condition:\n                  StringEquals: {\"dynamodb:EnclosingOperation\": TransactWriteItems}\n                  ForAllValues:StringEquals",
			"                Condition:\n                  ForAllValues:StringEquals", roles},
		{"ownership: no address is freed that is in use", "internal/lead/erase_progress.go",
			`Condition: "attribute_not_exists(" + SortKey + ")"`, `Condition: "attribute_not_exists(" + SortKey + ") OR attribute_exists(" + SortKey + ")"`,
			in("internal/lead", "TestErasureFreesTheAddress")},
		{"ownership: a visitor is not told", "internal/capture/capture.go",
			"if errors.Is(err, ownership.ErrTaken) {", "if errors.Is(err, ownership.ErrTaken) && ib.FormKey == \"\" {",
			in("infra/local/e2e", "TestAnAddressBelongsToOneIB")},
		{"ownership: the tenant's part of a claim", "template.yaml",
			`ForAllValues:StringEquals: {"dynamodb:Attributes": [key, "${aws:PrincipalTag/userId}"]}`,
			`ForAllValues:StringLike: {"dynamodb:Attributes": ["*"]}`, roles},
		{"ownership: claims alone", "template.yaml",
			"                    ForAllValues:StringLike: {\"dynamodb:LeadingKeys\": [\"EMAIL#*\"]}\n                    ForAllValues",
			"                    ForAllValues:StringLike: {\"dynamodb:LeadingKeys\": [\"*\"]}\n                    ForAllValues", roles},
		{"export: a formula is text", "internal/lead/export_cell.go", "if begins && beginsFormula(r) {", "if begins && r == 0 {",
			in("internal/lead", "TestHarmless", "TestExport")},
	}
}
