package tagsync

import (
	"context"
	"errors"
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
	"clientflow/internal/ownership"
	"clientflow/internal/tag"
)

// judge says what is wrong with a visitor, when all is done, of whom some IBs have, or
// had, a lead.
func (w *world) judge(email string, owners ...ib) (problems []string) {
	wrong := func(format string, values ...any) { problems = append(problems, fmt.Sprintf(format, values...)) }
	contact, found := w.sim.Contact(email)
	holders := 0
	for i, owner := range owners {
		n := name{owner.id, lead.ID(owner.id, email)}
		leads, err := w.store.Of(owner.id)
		w.must(err)
		if e, unfinished := w.unfinished(n); unfinished {
			wrong("IB %d: the erasure is %s", i, e.State)
		}
		if text := fmt.Sprintf("%#v", w.item(n, "ERASURE#")); strings.Contains(text, email) {
			wrong("IB %d: the erasure holds the address", i)
		}
		l, err := leads.Get(context.Background(), n.leadID)
		if errors.Is(err, lead.ErrNotFound) {
			if left := w.ownTags(owner, email); len(left) > 0 {
				wrong("IB %d has no lead, and the contact carries %v", i, left)
			}
			continue
		}
		w.must(err)
		holders++
		wanted, err := l.Tags(mustPrefix(owner))
		w.must(err)
		if l.SyncState != lead.Synced || l.ContactID != contact.ID || len(without(wanted, l.TagsApplied)) > 0 {
			wrong("IB %d: the lead is %s as contact %d with %v, the contact is %d", i, l.SyncState, l.ContactID, l.TagsApplied, contact.ID)
		}
		if missing := without(wanted, tagNamesOf(contact)); len(missing) > 0 {
			wrong("IB %d: the contact lacks %v", i, missing)
		}
	}
	if found != (holders > 0) {
		wrong("%d IBs hold the contact, and it is there: %v", holders, found)
	}
	return problems
}

// act is what an IB does at some time: captures a visitor, or erases what it has.
type act struct {
	owner, visitor int
	erase          bool
	// at is when, in seconds from the beginning.
	at int
	// twice tells that the message comes twice.
	twice bool
}

// kill is the life of an environment before it begins.
type kill struct {
	calls int
	after bool
}

type actsPlan struct {
	acts      []act
	faults    []simulator.Fault
	kills     []kill
	pollers   int
	seed      uint64
	exclusive bool
	quirks    simulator.Quirks
}

func drawActs(t *rapid.T) actsPlan {
	p := actsPlan{
		acts: rapid.SliceOfN(rapid.Custom(func(t *rapid.T) act {
			return act{
				owner: rapid.IntRange(0, planIBs-1).Draw(t, "owner"), visitor: rapid.IntRange(0, 1).Draw(t, "visitor"),
				erase: rapid.Bool().Draw(t, "erase"), twice: rapid.Bool().Draw(t, "twice"),
				at: rapid.OneOf(rapid.IntRange(0, 30), rapid.IntRange(0, 600)).Draw(t, "at"),
			}
		}), 1, 16).Draw(t, "acts"),
		faults:    rapid.SliceOfN(rapid.Custom(drawFault), 0, 4).Draw(t, "faults"),
		pollers:   rapid.IntRange(1, 3).Draw(t, "pollers"),
		seed:      rapid.Uint64().Draw(t, "seed"),
		exclusive: rapid.Bool().Draw(t, "exclusive"),
		quirks:    simulator.Quirks{RefuseReassigned: rapid.Bool().Draw(t, "refuse reassigned")},
	}
	for i := range p.faults {
		if rapid.Bool().Draw(t, "slow") { // so that environments meet
			p.faults[i] = simulator.Fault{Skip: rapid.IntRange(0, 10).Draw(t, "skip"), Delay: callTimeout / 2, Count: 5}
		}
	}
	p.kills = rapid.SliceOfN(rapid.Custom(func(t *rapid.T) kill {
		return kill{rapid.IntRange(1, 60).Draw(t, "calls"), rapid.Bool().Draw(t, "after")}
	}), 0, 3).Draw(t, "kills")
	slices.SortStableFunc(p.acts, func(a, b act) int { return a.at - b.at })
	return p
}

// Whatever IBs capture and erase, and whatever fails meanwhile: an IB that has the
// lead has its tags on the contact, and no other, and one that has it not has none;
// and where an address belongs to one IB, it never belongs to two.
func TestCapturingAndErasing(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		p := drawActs(rt)
		var problems []string
		synctest.Test(t, func(t *testing.T) {
			w := newWorld(t, simulator.Options{Quirks: p.quirks})
			problems = w.playActs(p)
		})
		if len(problems) > 0 {
			rt.Fatalf("%s", strings.Join(problems, "\n"))
		}
	})
}

func (w *world) playActs(p actsPlan) (problems []string) {
	if p.exclusive {
		w.store = w.store.Under(ownership.Exclusive(registryTable))
	}
	owners := []ib{w.addIB(1), w.addIB(2), w.addIB(3)}
	w.must(w.sim.SetFaults(p.faults...))
	done := make(chan struct{})
	var running sync.WaitGroup
	running.Go(func() {
		defer close(done)
		began := time.Now()
		for _, a := range p.acts {
			time.Sleep(time.Until(began.Add(time.Duration(a.at) * time.Second)))
			w.do(owners[a.owner], a)
			if p.exclusive {
				problems = append(problems, w.shared(owners)...)
			}
		}
	})
	lives := make(chan *life, len(p.kills))
	for _, k := range p.kills {
		lives <- &life{left: k.calls, after: k.after}
	}
	for i := range p.pollers {
		random := rand.New(rand.NewPCG(p.seed, uint64(i)))
		running.Go(func() { w.pollUntil(done, lives, random) })
	}
	running.Wait()
	w.must(w.sim.SetFaults())
	w.drain(w.start(&life{}))
	// A lead whose tries were used up is brought back, as its IB or the admin does.
	for _, owner := range owners {
		for visitor := range 2 {
			w.bringBack(owner, email(visitor))
		}
	}
	w.drain(w.start(&life{}))
	for visitor := range 2 {
		problems = append(problems, w.judge(email(visitor), owners...)...)
	}
	if w.queue.dead() > 0 && len(p.faults) == 0 {
		problems = append(problems, fmt.Sprintf("%d dead letters", w.queue.dead()))
	}
	return problems
}

func email(visitor int) string { return fmt.Sprintf("visitor%d@acme.test", visitor) }

// do does what an IB does, and publishes it.
func (w *world) do(owner ib, a act) {
	leads := w.leadsOf(owner)
	n := name{owner.id, lead.ID(owner.id, email(a.visitor))}
	var err error
	if a.erase {
		err = leads.Erase(context.Background(), n.leadID)
	} else {
		_, _, err = leads.Capture(context.Background(), lead.Submission{Email: email(a.visitor), Name: "Visitor"}, lead.FromForm)
	}
	switch {
	case errors.Is(err, lead.ErrNotFound), errors.Is(err, ownership.ErrTaken):
		return
	case err != nil:
		w.tb.Error(err)
	}
	w.publish(n)
	if a.twice {
		w.publish(n)
	}
}

// shared says which visitor is a lead of several IBs.
func (w *world) shared(owners []ib) (problems []string) {
	for visitor := range 2 {
		var holders []int
		for i, owner := range owners {
			_, err := w.leadsOf(owner).Get(context.Background(), lead.ID(owner.id, email(visitor)))
			if err == nil {
				holders = append(holders, i)
			}
		}
		if len(holders) > 1 {
			problems = append(problems, fmt.Sprintf("visitor %d is a lead of %v", visitor, holders))
		}
	}
	return problems
}

// pollUntil polls until all has been done that IBs do, an environment that died
// being followed by another.
func (w *world) pollUntil(done <-chan struct{}, lives <-chan *life, random *rand.Rand) {
	born := func() *environment {
		select {
		case l := <-lives:
			return w.start(l)
		default:
			return w.start(&life{})
		}
	}
	e := born()
	for {
		select {
		case <-done:
			return
		default:
		}
		w.poll(e, 1+random.IntN(batchSize), 10*time.Second)
		if e.life.over() {
			e = born()
		}
	}
}

// bringBack publishes a lead again that has failed, or whose message is dead.
func (w *world) bringBack(owner ib, email string) {
	n := name{owner.id, lead.ID(owner.id, email)}
	l, err := w.leadsOf(owner).Get(context.Background(), n.leadID)
	if _, erasing := w.unfinished(n); erasing || err == nil && l.SyncState != lead.Synced {
		w.publish(n)
	}
}

func mustPrefix(owner ib) tag.Prefix {
	prefix, err := tag.ParsePrefix(owner.prefix)
	if err != nil {
		panic(err)
	}
	return prefix
}
