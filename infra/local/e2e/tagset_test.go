package e2e_test

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"
)

// tags returns the names of Systeme.io's tags under a prefix, without it, in order.
func (s site) tags(tb testing.TB, prefix string) []string {
	tb.Helper()
	var page struct{ Items []struct{ Name string } }
	send(tb, "GET", s.systeme+"/api/tags?limit=100&query="+url.QueryEscape(prefix), "", "X-API-Key", "local").
		want(tb, 200).decode(tb, &page)
	var names []string
	for _, tag := range page.Items {
		names = append(names, strings.TrimPrefix(tag.Name, prefix))
	}
	slices.Sort(names)
	return names
}

// An IB finds the tags that workflows are built of in Systeme.io within a minute of
// its sign-up, before it has a lead.
func TestAnIBsTagsAreMadeAtItsSignUp(t *testing.T) {
	t.Parallel()
	b := mustSite(t).mustSignUp(t, "Tags")
	want := []string{"churned", "converted", "demo-request", "engaged", "high-volume", "inactive", "re-engaged", "vip", "vip-prospect"}
	eventually(t, time.Minute, func() error {
		if got := b.site.tags(t, b.prefix); !slices.Equal(got, want) {
			return fmt.Errorf("the tags are %v", got)
		}
		return nil
	})
}
