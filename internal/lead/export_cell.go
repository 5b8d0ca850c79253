package lead

import (
	"strconv"
	"strings"
)

// columns are the first line of an export: the members of a lead as the API names
// them, and behind them where the visitor came from and whether they agreed.
func columns() []string {
	return []string{
		"leadId", "email", "name", "phone", "ibType", "monthlyLeads", "brokerNetwork", "status", "source",
		"submissions", "createdAt", "updatedAt", "notes", "systemeTagsApplied", "systemeSyncedAt", "syncState", "syncError", "syncNote",
		"utmSource", "utmMedium", "utmCampaign", "utmTerm", "utmContent", "pageUrl", "referrer", "consent",
	}
}

// cells are the lead's values in the order of columns. Tags, which have no spaces,
// are parted by spaces; what is not there is empty.
func (l Lead) cells() []string {
	return []string{
		l.ID, l.Email, l.Name, l.Phone, l.IBType, l.MonthlyLeads, l.BrokerNetwork, string(l.Status), string(l.Source),
		strconv.Itoa(l.Submissions), string(l.CreatedAt), string(l.UpdatedAt), l.Notes,
		strings.Join(l.TagsApplied, " "), orEmpty(l.SyncedAt), string(l.SyncState), orEmpty(l.SyncError), orEmpty(l.SyncNote),
		l.UTMSource, l.UTMMedium, l.UTMCampaign, l.UTMTerm, l.UTMContent, l.PageURL, l.Referrer, strconv.FormatBool(l.Consent),
	}
}

func orEmpty[T ~string](value *T) string {
	if value == nil {
		return ""
	}
	return string(*value)
}

// harmless returns a cell that no spreadsheet takes for a formula: an apostrophe
// comes before whatever may begin one, which is then text. Telephone numbers are no
// exception. A plus sign makes a formula of them too, and without the apostrophe a
// spreadsheet would keep +44 20 7946 0958 as a number, less its sign.
//
// Where the decimal separator is a comma, spreadsheets part cells by semicolons, so
// what is behind a semicolon may begin a cell as well.
func harmless(cell string) string {
	if !strings.ContainsFunc(cell, beginsFormula) {
		return cell
	}
	var safe strings.Builder
	begins := true
	for _, r := range cell {
		if begins && beginsFormula(r) {
			safe.WriteByte('\'')
		}
		safe.WriteRune(r)
		begins = r == ';'
	}
	return safe.String()
}

// beginsFormula tells whether a spreadsheet may take a cell that begins with r for a
// formula, the wide forms that some take for the same included.
func beginsFormula(r rune) bool {
	switch r {
	case '=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠':
		return true
	}
	return false
}
