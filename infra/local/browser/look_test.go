//go:build browser

package browser_test

import (
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
)

// look is a size of screen, in pixels, and a colour scheme.
type look struct {
	name          string
	width, height int64
	scheme        string
}

// desk is how a tab begins.
var desk = look{"desk", 1280, 900, "light"}

// looks are those in which every page is looked at.
func looks() []look {
	return []look{
		desk,
		{"desk-dark", 1280, 900, "dark"},
		{"phone", 360, 740, "light"},
		{"phone-dark", 360, 740, "dark"},
		{"wall", 3840, 2160, "light"},
	}
}

// wear gives the tab a look.
func (p *person) wear(l look) {
	p.Helper()
	p.do(
		tell(emulation.SetDeviceMetricsOverride, emulation.SetDeviceMetricsOverrideParams{Width: l.width, Height: l.height, DeviceScaleFactor: 1}),
		tell(emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
			Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: l.scheme}},
		}),
	)
}

// inspect looks at the page as it is in every look: axe-core finds nothing, and
// nothing is wider than the screen. It leaves pictures named after the page.
func (p *person) inspect(page string) {
	p.Helper()
	for _, l := range looks() {
		p.wear(l)
		p.fits(page, l)
		p.obeys(page, l)
		p.picture(page + "-" + l.name)
	}
	p.wear(desk)
}

// fits fails the test if the page is wider than the screen.
func (p *person) fits(page string, l look) {
	p.Helper()
	if wide := eval[int](p, "document.documentElement.scrollWidth - innerWidth"); wide > 0 {
		p.Errorf("%s is %d pixels wider than a screen of %d", page, wide, l.width)
	}
}

// obeys fails the test if axe-core finds anything.
func (p *person) obeys(page string, l look) {
	p.Helper()
	for _, violation := range p.violations() {
		p.Errorf("%s, %s: %s", page, l.name, violation)
	}
}

// violations are axe-core's, of WCAG 2.2 up to AA and of its own good practice.
func (p *person) violations() []string {
	p.Helper()
	ask(p, chromedp.Evaluate[chromedp.Void](site.axe))
	return eval[[]string](p, `axe.run(document, {runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}).
		then(({violations}) => violations.map((v) => v.id + ": " + v.help + ": " + v.nodes.map((n) => n.html.slice(0, 200)).join(" | ")))`)
}
