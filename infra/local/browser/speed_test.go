//go:build browser

package browser_test

import (
	"fmt"
	"math"

	"github.com/chromedp/cdproto/network"
)

const (
	// soon is how long a page may take until it can be used, in milliseconds.
	soon = 200
	// idle is how long a page without a script takes that asks for /health, on a machine
	// that does nothing else. Where it takes longer, so may any other page.
	idle = 60
)

// still opens a page and fails the test if anything on it moves by itself until it
// shows a text, on a screen of any width. Data comes late, so that it would. What moves
// once and not again is a busy machine's, which showed the page before it was all read.
func (p *person) still(path, text string) {
	p.Helper()
	for _, l := range []look{desk, looks()[2]} {
		p.wear(l)
		moved := p.moves(path, text)
		for range 2 {
			if moved == "" {
				break
			}
			p.Logf("%s moved on a %s: %s", path, l.name, moved)
			moved = p.moves(path, text)
		}
		if moved != "" {
			p.Errorf("%s moves on a %s: %s", path, l.name, moved)
		}
	}
	p.wear(desk)
}

// moves opens a page, with data that comes late, and returns what moved on it by itself
// until it shows a text; "" when nothing did.
func (p *person) moves(path, text string) string {
	p.Helper()
	p.late("/*", 150)
	p.open(path)
	p.sees(text)
	p.late("", 0)
	return eval[string](p, `new Promise((done) => {
		const told = (list) => done(list.getEntries().map((e) => e.value.toFixed(4) + " " + e.sources.map((s) =>
			(s.node?.outerHTML ?? s.node?.textContent ?? "?").slice(0, 80) + JSON.stringify([s.previousRect, s.currentRect])).join(", ")).join("\n"));
		new PerformanceObserver(told).observe({type: "layout-shift", buffered: true});
		setTimeout(() => done(""), 100);
	})`)
}

// late makes the answers from a path come so many milliseconds later; none when it
// is "".
func (p *person) late(path string, milliseconds float64) {
	p.Helper()
	rules := []*network.Conditions{}
	if path != "" {
		rules = append(rules, &network.Conditions{URLPattern: site.API + path, Latency: milliseconds, DownloadThroughput: -1, UploadThroughput: -1})
	}
	p.do(tell(network.EmulateNetworkConditionsByRule, network.EmulateNetworkConditionsByRuleParams{MatchedNetworkConditions: rules}))
}

// cutOff makes what a path answers not arrive; nothing when it is "".
func (p *person) cutOff(path string) {
	p.Helper()
	blocked := []*network.BlockPattern{}
	if path != "" {
		blocked = append(blocked, &network.BlockPattern{URLPattern: site.API + path, Block: true})
	}
	p.do(tell(network.SetBlockedURLs, network.SetBlockedURLsParams{URLPatterns: blocked}))
}

// quick opens a page again and again, as someone does who has been there, and fails
// the test unless once what is wanted is there soon after the start: what else the
// machine does at the other times is not the page's. Where a page that does nothing is
// never there soon either, it may take as much longer.
func (p *person) quick(path, wanted string) {
	p.Helper()
	took, bare := math.Inf(1), math.Inf(1)
	for range 20 {
		p.open(path)
		took = min(took, eval[float64](p, fmt.Sprintf(`new Promise((done) => {
			const look = () => (%s) ? done(performance.now()) : setTimeout(look, 1);
			look();
		})`, wanted)))
		if took <= soon {
			p.Logf("%s took %.0f ms", path, took)
			return
		}
		p.open("/app/nothing")
		bare = min(bare, eval[float64](p, `fetch("/health").then((answer) => answer.text()).then(() => performance.now())`))
	}
	p.open(path)
	p.until(wanted)
	p.Logf("%s took %.0f ms, and a page that does nothing %.0f ms", path, took, bare)
	if took > soon*max(1, bare/idle) {
		p.Errorf("%s takes %.0f ms until it shows %s", path, took, wanted)
	}
}
