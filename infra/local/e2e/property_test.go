package e2e_test

import (
	"fmt"
	"maps"
	"net/url"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// TestWhatATenantReadsIsWhatItsOwnLeadsWrote runs random operations of three IBs
// side by side, on addresses that they share, and compares all that each reads with
// a model that knows that IB alone. A counter-example shrinks to the smallest
// sequence. More of them: -rapid.checks 1000.
func TestWhatATenantReadsIsWhatItsOwnLeadsWrote(t *testing.T) {
	t.Parallel()
	s := mustSite(t)
	_, erases := mustRoutes(t)["DELETE /leads/{leadId}"]
	var pool []*ib
	rapid.Check(t, func(rt *rapid.T) {
		if pool == nil { // the first sequence, or the one before has failed and left who knows what
			for _, name := range []string{"John", "Sarah", "Mike"} {
				pool = append(pool, s.mustSignUp(t, name))
			}
		}
		g := &game{tb: t, began: time.Now().Truncate(time.Millisecond), erased: map[string]bool{}}
		for range 3 {
			g.addresses = append(g.addresses, newAddress("property"))
		}
		for _, b := range pool {
			g.players = append(g.players, &player{ib: b, leads: map[string]*lead{}})
		}
		pool = nil
		g.play(rt, erases)
		for _, p := range g.players {
			pool = append(pool, p.ib)
		}
	})
}

// game is one sequence of operations.
type game struct {
	tb        testing.TB // of the whole test, for what concerns no tenant
	players   []*player
	addresses []string
	began     time.Time
	// erased are addresses whose contact may go at any time.
	erased map[string]bool
}

func (g *game) play(t *rapid.T, erases bool) {
	operations := map[string]func(*rapid.T, *player, string){
		"capture": g.capture, "add": g.add, "change": g.change, "list": g.list, "pry": g.pry, "workflow": g.workflow,
	}
	if erases {
		operations["erase"] = g.erase
	}
	for _, p := range g.players {
		p.read(t, "/stats", &p.before)
	}
	names := slices.Sorted(maps.Keys(operations))
	for range rapid.IntRange(1, 12).Draw(t, "operations") {
		name := rapid.SampledFrom(names).Draw(t, "operation")
		who := rapid.IntRange(0, len(g.players)-1).Draw(t, "who")
		address := rapid.SampledFrom(g.addresses).Draw(t, "address")
		operations[name](t, g.players[who], address)
	}
	for _, p := range g.players {
		p.wantAll(t, g.began)
	}
}

// capture sends the IB's form; the first submission stands.
func (g *game) capture(t *rapid.T, p *player, address string) {
	if g.erasedOf(p, address) {
		return
	}
	document := g.submission(t, p, address)
	p.do(t, "POST", "/forms/"+p.formKey+"/leads", document, 201)
	g.wrote(t, p, document, "form")
}

func (g *game) add(t *rapid.T, p *player, address string) {
	if g.erasedOf(p, address) {
		return
	}
	document, status := g.submission(t, p, address), 201
	if p.leads[address] != nil {
		status = 200
	}
	p.do(t, "POST", "/leads", document, status)
	g.wrote(t, p, document, "dashboard")
}

func (g *game) submission(t *rapid.T, p *player, address string) object {
	return object{
		"email": address, "name": "Canary of " + p.prefix, "userId": g.players[0].userID,
		"ib_type": rapid.SampledFrom([]string{"", "cfd", "forex-ib"}).Draw(t, "type"),
	}
}

// wrote tells the model, and learns the lead's id.
func (g *game) wrote(t *rapid.T, p *player, document object, source string) {
	address := document["email"].(string)
	if known := p.leads[address]; known != nil {
		known.Submissions++
	} else {
		p.leads[address] = &lead{
			Email: address, Name: document["name"].(string), IBType: document["ib_type"].(string),
			Status: "new", Source: source, Submissions: 1,
		}
	}
	found := p.list(t, "q="+url.QueryEscape(address))
	if len(found) != 1 {
		t.Fatalf("%d leads of the address that was just sent", len(found))
	}
	p.leads[address].LeadID = found[0].LeadID
	p.want(t, found, []*lead{p.leads[address]})
}

func (g *game) change(t *rapid.T, p *player, address string) {
	l := p.leads[address]
	if l == nil {
		return
	}
	document := object{}
	if rapid.Bool().Draw(t, "status too") {
		l.Status = rapid.SampledFrom([]string{"new", "engaged", "converted", "churned"}).Draw(t, "status")
		document["status"] = l.Status
	}
	l.Notes = rapid.SampledFrom([]string{"", "call", "called"}).Draw(t, "notes")
	document["notes"] = l.Notes
	p.do(t, "PATCH", "/leads/"+l.LeadID, document, 200)
}

// list reads with a filter, page by page.
func (g *game) list(t *rapid.T, p *player, address string) {
	status := rapid.SampledFrom([]string{"", "new", "converted"}).Draw(t, "of status")
	query := fmt.Sprintf("limit=%d&from=%s", rapid.IntRange(1, 3).Draw(t, "limit"), g.from())
	if status != "" {
		query += "&status=" + status
	}
	if word := rapid.SampledFrom([]string{"", address, "Canary of " + g.players[0].prefix}).Draw(t, "sought"); word != "" {
		query += "&q=" + url.QueryEscape(word)
		p.eventually(t, query, func(l *lead) bool {
			return (status == "" || l.Status == status) && (l.Email == word || l.Name == word)
		})
		return
	}
	p.eventually(t, query, func(l *lead) bool { return status == "" || l.Status == status })
}

func (g *game) from() string {
	return url.QueryEscape(g.began.UTC().Format("2006-01-02T15:04:05.000Z"))
}

// pry tries another IB's lead.
func (g *game) pry(t *rapid.T, p *player, address string) {
	victim := g.players[rapid.IntRange(0, len(g.players)-1).Draw(t, "victim")]
	theirs := victim.leads[address]
	if victim == p || theirs == nil {
		return
	}
	p.do(t, "GET", "/leads/"+theirs.LeadID, nil, 404)
	p.do(t, "PATCH", "/leads/"+theirs.LeadID, object{"notes": "seen"}, 404)
	p.do(t, "POST", "/leads/"+theirs.LeadID+"/resync", nil, 404)
}

// workflow puts a tag of the IB's on the contact that all with this address share,
// and waits until the delivery has told the IB's lead.
func (g *game) workflow(t *rapid.T, p *player, address string) {
	l := p.leads[address]
	name := rapid.SampledFrom([]string{"engaged", "vip-prospect", "converted"}).Draw(t, "tag")
	if l == nil || g.erased[address] || slices.Contains(l.SystemeTagsApplied, name) {
		return
	}
	l.SystemeTagsApplied = append(l.SystemeTagsApplied, name)
	steps := []string{"new", "engaged", "vip-prospect"}
	if at := slices.Index(steps, l.Status); name == "converted" || at >= 0 && at < slices.Index(steps, name) {
		l.Status = name
	}
	p.site.tag(g.tb, g.contact(address), p.prefix+name)
	await(t, func() error {
		var found lead
		p.read(t, "/leads/"+l.LeadID, &found)
		if !slices.Contains(found.SystemeTagsApplied, p.prefix+name) {
			return fmt.Errorf("the lead does not show %s", name)
		}
		return nil
	})
}

// contact returns the id of the contact with that address, which need not wait for
// the sync to make it.
func (g *game) contact(address string) int {
	site := g.players[0].site
	if _, err := try("POST", site.systeme+"/api/contacts", fmt.Sprintf(`{"email":%q}`, address),
		"X-API-Key", "local", "Content-Type", "application/json"); err != nil {
		g.tb.Fatal(err)
	}
	found := site.contacts(g.tb, address)
	if len(found) != 1 {
		g.tb.Fatalf("%d contacts of one address", len(found))
	}
	return found[0].ID
}

// erase deletes a lead. Its address is not sent again in the same game: an erasure
// takes its time in Systeme.io.
func (g *game) erase(t *rapid.T, p *player, address string) {
	l := p.leads[address]
	if l == nil {
		return
	}
	got := p.ask(t, "DELETE", "/leads/"+l.LeadID, nil)
	if got.status < 200 || got.status > 299 {
		t.Fatalf("erasing a lead: %d %s", got.status, got.body)
	}
	p.do(t, "GET", "/leads/"+l.LeadID, nil, 404)
	delete(p.leads, address)
	g.erased[address], g.erased[p.userID+address] = true, true
}

func (g *game) erasedOf(p *player, address string) bool { return g.erased[p.userID+address] }
