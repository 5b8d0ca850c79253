package tagsync

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	simulator "clientflow/infra/local/systeme"
	"clientflow/internal/lead"
)

// A sync that is killed at any of its outward calls, before or after that call's
// work, is finished by the next one with no more than what nobody could know was
// done: a contact asked for again, and it or a tag looked for. No tag is put on again,
// since that might start its workflows once more.
func TestKilledAtEveryCall(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		prepare func(w *world, john ib)
		calls   int // without being killed
		again   int // at most, when killed
	}{
		"known tags": {func(w *world, john ib) {
			first := jane()
			first.Email = "first@acme.test"
			w.capture(john, first)
			w.drain(w.start(&life{}))
		}, 4, 2},
		"first lead of an IB": {func(*world, ib) {}, 1 + 3*3, 2},
		"another IB's contact": {func(w *world, _ ib) {
			w.capture(w.addIB(2), jane())
			w.drain(w.start(&life{}))
		}, 2 + 3*3, 2},
		"stale tags": {func(w *world, john ib) {
			first := jane()
			first.Email = "first@acme.test"
			w.capture(john, first)
			w.drain(w.start(&life{}))
			for _, tag := range tagsOf(john) {
				w.ask("DELETE", fmt.Sprintf("/api/tags/%d", w.tagID(tag)), "")
			}
		}, 1 + 3*4, 2},
		"deleted contact": {func(w *world, john ib) {
			w.capture(john, jane())
			w.poll(w.start(&life{left: 10, after: true}), 1, 0) // one tag is on, and recorded
			contact, _ := w.sim.Contact("jane@acme.test")
			w.ask("DELETE", fmt.Sprintf("/api/contacts/%d", contact.ID), "")
			w.queue.clear()
		}, 3 + 1 + 1 + 1 + 3, 4}, // the old contact, too, is tried again
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, after := range []bool{false, true} {
				for n := 1; killAt(t, n, after, tt.prepare, tt.calls, tt.again); n++ {
				}
			}
		})
	}
}

// killAt kills one sync at its nth call and checks what the next one makes of it.
// It returns false when the sync made fewer calls.
func killAt(t *testing.T, n int, after bool, prepare func(*world, ib), calls, again int) (killed bool) {
	inBubble(t, simulator.Options{Quirks: simulator.Quirks{RefireReassigned: true}}, func(t *testing.T, w *world) {
		john := w.addIB(1)
		prepare(w, john)
		w.wire.take()
		lead := w.capture(john, jane())
		first := &life{left: n, after: after}
		w.poll(w.start(first), 1, 0)
		killed = first.over()
		w.drain(w.start(&life{}))
		w.wantSynced(lead, tagsOf(john))
		if repeated := w.wire.reassigned(); repeated > 0 {
			t.Errorf("killed at call %d, after %v: %d tags were put on again", n, after, repeated)
		}
		made := w.wire.take()
		if len(made) > calls+again || !killed && len(made) != calls {
			t.Errorf("killed at call %d, after %v: %d calls, want %d: %q", n, after, len(made), calls, made)
		}
	})
	return killed
}

// plan is everything random about one run.
type plan struct {
	leads      []planned
	faults     []simulator.Fault
	kills      []life
	duplicates []int // leads whose message is published twice
	pollers    int
	seed       uint64
	quirks     simulator.Quirks
}

type planned struct {
	owner   int
	visitor int
	ibType  string
	high    bool
}

const planIBs = 3

func drawPlan(t *rapid.T, mostFaults int) plan {
	p := plan{
		leads: rapid.SliceOfNDistinct(rapid.Custom(func(t *rapid.T) planned {
			return planned{
				owner: rapid.IntRange(1, planIBs).Draw(t, "owner"), visitor: rapid.IntRange(1, 4).Draw(t, "visitor"),
				ibType: rapid.SampledFrom([]string{"", "forex-ib", "crypto"}).Draw(t, "type"), high: rapid.Bool().Draw(t, "high"),
			}
		}), 1, 8, func(p planned) [2]int { return [2]int{p.owner, p.visitor} }).Draw(t, "leads"),
		faults:  rapid.SliceOfN(rapid.Custom(drawFault), 0, mostFaults).Draw(t, "faults"),
		pollers: rapid.IntRange(1, 2).Draw(t, "pollers"),
		seed:    rapid.Uint64().Draw(t, "seed"),
		quirks: simulator.Quirks{
			RefireReassigned: true,
			RefuseReassigned: rapid.Bool().Draw(t, "refuse reassigned"),
			DuplicateStatus:  rapid.SampledFrom([]int{422, 409}).Draw(t, "duplicate status"),
			DuplicateMessage: rapid.SampledFrom([]string{"", "Cette valeur est déjà utilisée."}).Draw(t, "duplicate message"),
		},
	}
	mostKills := maxReceives - 1
	if len(p.faults) > 0 {
		mostKills = 2 // of a message's last receives, from the last try on, one must live
	}
	p.kills = rapid.SliceOfN(rapid.Custom(func(t *rapid.T) life {
		return life{left: rapid.IntRange(1, 40).Draw(t, "calls"), after: rapid.Bool().Draw(t, "after")}
	}), 0, mostKills).Draw(t, "kills")
	p.duplicates = rapid.SliceOfN(rapid.IntRange(0, len(p.leads)-1), 0, 2).Draw(t, "duplicates")
	return p
}

func drawFault(t *rapid.T) simulator.Fault {
	f := simulator.Fault{
		Path:  rapid.SampledFrom([]string{"", "/api/contacts", "/api/contacts/*/tags", "/api/tags"}).Draw(t, "path"),
		Skip:  rapid.IntRange(0, 10).Draw(t, "skip"),
		Count: rapid.IntRange(1, 6).Draw(t, "count"),
	}
	switch rapid.IntRange(0, 6).Draw(t, "kind") {
	case 0:
		f.Status = rapid.SampledFrom([]int{500, 502, 503, 504}).Draw(t, "status")
	case 1:
		f.Status, f.RetryAfter = 429, rapid.IntRange(0, 1200).Draw(t, "retry after")
	case 2:
		f.Status = 401
	case 3:
		f.Status = 403
	case 4:
		f.Cut = simulator.CutBefore
	case 5:
		f.Cut = simulator.CutAfter
	case 6:
		f.Delay = callTimeout + time.Second
	}
	return f
}

// Whatever fails and whenever it is killed, every lead ends synced or visibly
// failed, with its own tags and nobody else's, and with none put on twice that
// was known to be on.
func TestNoLeadIsLost(t *testing.T) {
	t.Parallel()
	for shape, mostFaults := range map[string]int{"killed": 0, "killed and failing": 6} {
		t.Run(shape, func(t *testing.T) {
			t.Parallel()
			rapid.Check(t, func(rt *rapid.T) {
				p := drawPlan(rt, mostFaults)
				var problems []string
				synctest.Test(t, func(t *testing.T) {
					w := newWorld(t, simulator.Options{Quirks: p.quirks})
					problems = w.play(p)
				})
				if len(problems) > 0 {
					rt.Fatalf("%s", strings.Join(problems, "\n"))
				}
			})
		})
	}
}

// play runs a plan to its end and says what is wrong then.
func (w *world) play(p plan) (problems []string) {
	names := make([]name, len(p.leads))
	owners := map[int]ib{}
	for i := range planIBs {
		owners[i+1] = w.addIB(i + 1)
	}
	for i, l := range p.leads {
		names[i] = w.capture(owners[l.owner], l.submission())
	}
	for _, i := range p.duplicates {
		w.publish(names[i])
	}
	w.must(w.sim.SetFaults(p.faults...))
	w.pollAll(p)
	if !w.queue.empty() {
		problems = append(problems, "the queue never empties")
	}
	for i, n := range names {
		problems = append(problems, w.judgeLead(n, p.leads[i], owners)...)
	}
	problems = append(problems, w.judgeContacts(p, owners)...)
	problems = append(problems, w.judgeRepeats(p)...)
	for _, word := range []string{"acme", "isitor", "@"} {
		if strings.Contains(w.log.String(), word) {
			problems = append(problems, "the log holds "+word)
		}
	}
	return problems
}

func (l planned) submission() lead.Submission {
	s := lead.Submission{
		Email: fmt.Sprintf("visitor%d@acme.test", l.visitor), Name: fmt.Sprintf("Visitor%d Of%d", l.visitor, l.owner), IBType: l.ibType,
	}
	if l.high {
		s.MonthlyLeads = lead.HighVolume
	}
	return s
}

func (l planned) tags(owner ib) []string {
	tags := []string{owner.prefix + "demo-request"}
	if l.ibType != "" {
		tags = append(tags, owner.prefix+l.ibType)
	}
	if l.high {
		tags = append(tags, owner.prefix+"high-volume")
	}
	return tags
}

// pollAll runs the pollers side by side until the queue is empty. An environment
// that died is followed by another, mortal ones first.
func (w *world) pollAll(p plan) {
	lives := make(chan *life, len(p.kills))
	for i := range p.kills {
		lives <- &life{left: p.kills[i].left, after: p.kills[i].after}
	}
	born := func() *life {
		select {
		case l := <-lives:
			return l
		default:
			return &life{}
		}
	}
	var running sync.WaitGroup
	for i := range p.pollers {
		random := rand.New(rand.NewPCG(p.seed, uint64(i)))
		running.Go(func() {
			e := w.start(born())
			for range 2000 {
				if w.queue.empty() {
					return
				}
				w.poll(e, 1+random.IntN(batchSize), time.Minute)
				if e.life.over() {
					e = w.start(born())
				}
			}
		})
	}
	running.Wait()
}

func (w *world) judgeLead(n name, planned planned, owners map[int]ib) (problems []string) {
	l := w.lead(n)
	contact, found := w.sim.Contact(l.Email)
	switch l.SyncState {
	case lead.Synced:
		want := planned.tags(owners[planned.owner])
		if !found || l.ContactID != contact.ID || l.SyncError != nil || l.SyncedAt == nil {
			problems = append(problems, fmt.Sprintf("%s is synced, but its contact is %d, not %d", l.Email, l.ContactID, contact.ID))
		}
		for _, tag := range want {
			if !slices.Contains(tagNamesOf(contact), tag) || !slices.Contains(l.TagsApplied, tag) {
				problems = append(problems, fmt.Sprintf("%s is synced without %s", l.Email, tag))
			}
		}
	case lead.Failed:
		if l.SyncError == nil || *l.SyncError == "" {
			problems = append(problems, l.Email+" failed without a reason")
		}
	default:
		problems = append(problems, fmt.Sprintf("%s is %s", l.Email, l.SyncState))
	}
	return problems
}

// judgeContacts checks that each contact carries only tags of IBs whose lead it
// is, and the fields of one of them.
func (w *world) judgeContacts(p plan, owners map[int]ib) (problems []string) {
	for _, contact := range w.sim.Contacts() {
		var allowed []string
		made := false
		for _, l := range p.leads {
			if s := l.submission(); s.Email == contact.Email {
				owner := owners[l.owner]
				allowed = append(allowed, l.tags(owner)...)
				first, surname, _ := strings.Cut(s.Name, " ")
				named := field(contact, "first_name") == first && field(contact, "surname") == surname
				bare := field(contact, "first_name")+field(contact, "surname") == ""
				made = made || field(contact, OwnerField) == owner.id.String() && field(contact, PrefixField) == owner.prefix && (named || bare)
			}
		}
		if !made {
			problems = append(problems, fmt.Sprintf("contact %s has mixed fields", contact.Email))
		}
		if stray := without(tagNamesOf(contact), allowed); len(stray) > 0 {
			problems = append(problems, fmt.Sprintf("contact %s has tags %v of others", contact.Email, stray))
		}
	}
	return problems
}

// judgeRepeats checks that no tag that was put on is put on again, but for what two
// messages of one lead make unavoidable, and that nothing that exists is changed.
func (w *world) judgeRepeats(p plan) (problems []string) {
	for _, c := range w.wire.calls {
		if c.method != "POST" && c.method != "GET" {
			problems = append(problems, c.method+" "+c.path)
		}
	}
	unavoidable := 3 * len(p.duplicates)
	if repeats := w.wire.reassigned(); repeats > unavoidable {
		problems = append(problems, fmt.Sprintf("%d tags were put on again, unavoidable are %d", repeats, unavoidable))
	}
	return problems
}
