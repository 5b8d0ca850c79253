package capture

import (
	"net/url"
	"strings"

	"clientflow/internal/account"
)

// policy returns the content security policy of an IB's pages: no script, the
// one style sheet, no picture. The IB's own sites may frame the page; no others.
func policy(styleHash, formAction string, ib account.IB) string {
	return strings.Join([]string{
		"default-src 'none'",
		"style-src '" + styleHash + "'",
		"form-action " + formAction,
		"base-uri 'none'",
		strings.Join(append([]string{"frame-ancestors 'self'"}, ib.AllowedOrigins...), " "),
	}, "; ")
}

// formAction is where the form goes: to us, and from there to the IB's thank-you
// address, since browsers hold redirects to form-action too.
func formAction(ib account.IB) string {
	return strings.Join(append([]string{"'self'"}, thankYouOrigins(ib.ThankYouURL)...), " ")
}

// thankYouOrigins returns the origin of the thank-you address, and the same with
// or without www: many a site sends visitors from one to the other.
func thankYouOrigins(address string) []string {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" {
		return nil
	}
	other, hadWWW := strings.CutPrefix(u.Host, "www.")
	if !hadWWW {
		other = "www." + u.Host
	}
	return []string{u.Scheme + "://" + u.Host, u.Scheme + "://" + other}
}
