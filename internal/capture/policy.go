package capture

import (
	"net/url"
	"strings"

	"clientflow/internal/account"
)

// policy returns the content security policy of an IB's pages: no script, the
// one style sheet, no picture. The form goes to us, and from there to the IB's
// thank-you address, since browsers hold redirects to form-action too. The IB's
// own sites may frame the page; no others.
func policy(styleHash string, ib account.IB) string {
	return strings.Join([]string{
		"default-src 'none'",
		"style-src '" + styleHash + "'",
		strings.Join(append([]string{"form-action 'self'"}, thankYouOrigins(ib.ThankYouURL)...), " "),
		"base-uri 'none'",
		strings.Join(append([]string{"frame-ancestors 'self'"}, ib.AllowedOrigins...), " "),
	}, "; ")
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
