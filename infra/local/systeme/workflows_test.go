package systeme

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// opener creates contacts until one opens its mail, or does not, and returns it.
func (c caller) opener(opens bool) (id int64, email string) {
	for i := range 3 {
		email = strings.Repeat("a", i+1) + "@acme.test"
		if id = c.newContact(email); (id%3 != 0) == opens {
			return id, email
		}
	}
	c.t.Fatal("no such contact")
	return 0, ""
}

// story is what workflows did, as the subject of each mail sent.
func (c caller) story() []string {
	var subjects []string
	for _, mail := range c.Mails() {
		subjects = append(subjects, mail.Subject)
	}
	return subjects
}

const prefix = "ib-x7k2m4p9-"

// realTime makes a workflow's day a day, since time in a bubble costs nothing.
var realTime = Options{Speed: 1}

func TestWelcomeSequence(t *testing.T) {
	for _, test := range []struct {
		name     string
		opens    bool
		steps    []time.Duration // when something happens
		tags     []string
		subjects []string
	}{
		{"opened", true, []time.Duration{5 * time.Minute, 2 * day, 3 * day},
			[]string{prefix + "demo-request", prefix + "engaged"},
			[]string{"Welcome", "Getting started guide", "How to maximize your trading"}},
		{"not opened", false, []time.Duration{5 * time.Minute, 3 * day, 3 * day},
			[]string{prefix + "demo-request"},
			[]string{"Welcome", "Did you miss my welcome message?", "How to maximize your trading"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			bubble(t, realTime, func(t *testing.T, c caller, e *endpoint) {
				id, email := c.opener(test.opens)
				c.assign(id, c.newTag(prefix+"demo-request"))
				for i, wait := range test.steps {
					time.Sleep(wait - time.Second)
					synctest.Wait()
					if got := len(c.story()); got != i {
						t.Errorf("%d mails before step %d", got, i)
					}
					time.Sleep(time.Second)
					synctest.Wait()
				}
				if got := c.story(); !slices.Equal(got, test.subjects) {
					t.Errorf("mails %q, want %q", got, test.subjects)
				}
				if got := c.tagNames(email); !slices.Equal(got, test.tags) {
					t.Errorf("tags %q, want %q", got, test.tags)
				}
				if got := e.all(); len(got) != len(test.tags) {
					t.Errorf("events %q", events(got))
				}
			})
		})
	}
}

func TestVIPAlert(t *testing.T) {
	bubble(t, Options{}, func(t *testing.T, c caller, _ *endpoint) {
		contact := c.newContact("jane@acme.test")
		c.assign(contact, c.newTag(prefix+"high-volume"))
		synctest.Wait()
		if got := c.tagNames("jane@acme.test"); !slices.Equal(got, []string{prefix + "high-volume", prefix + "vip-prospect"}) {
			t.Errorf("tags %q", got)
		}
		mails := c.Mails()
		if len(mails) != 2 || mails[0].To != "owner of "+prefix || mails[1].To != "jane@acme.test" ||
			mails[1].ContactID != contact || mails[1].Workflow != "VIP lead alert" {
			t.Errorf("mails %+v", mails)
		}
	})
}

func TestReengagement(t *testing.T) {
	for opens, want := range map[bool]string{true: "re-engaged", false: "churned"} {
		t.Run(want, func(t *testing.T) {
			bubble(t, realTime, func(t *testing.T, c caller, _ *endpoint) {
				id, email := c.opener(opens)
				c.Tag(id, prefix+"inactive")
				time.Sleep(7*day + time.Second)
				synctest.Wait()
				if got := c.tagNames(email); !slices.Equal(got, []string{prefix + "inactive", prefix + want}) {
					t.Errorf("tags %q", got)
				}
			})
		})
	}
}

func TestHighValueProgram(t *testing.T) {
	for opens, owner := range map[bool]string{true: "owner of " + prefix, false: ""} {
		t.Run(fmt.Sprintf("opened %v", opens), func(t *testing.T) {
			bubble(t, realTime, func(t *testing.T, c caller, _ *endpoint) {
				id, email := c.opener(opens)
				c.Tag(id, prefix+"vip")
				time.Sleep(day + time.Second)
				synctest.Wait()
				if got := c.tagNames(email); !slices.Equal(got, []string{prefix + "vip", prefix + "vip-prospect"}) {
					t.Errorf("tags %q", got)
				}
				if mails := c.Mails(); len(mails) != 2 || mails[0].To != email || mails[1].To != cmp.Or(owner, email) {
					t.Errorf("mails %+v", mails)
				}
			})
		})
	}
}

func TestDefaultClockIsFast(t *testing.T) {
	bubble(t, Options{}, func(t *testing.T, c caller, _ *endpoint) {
		id, email := c.opener(true)
		c.assign(id, c.newTag(prefix+"demo-request"))
		time.Sleep(5 * time.Second)
		synctest.Wait()
		if !slices.Contains(c.tagNames(email), prefix+"engaged") {
			t.Error("not engaged after five seconds")
		}
	})
}

func TestWhatStartsNoWorkflow(t *testing.T) {
	for _, tag := range []string{
		"high-volume", "ib-x7k2m4p-high-volume", "ib-X7K2M4P9-high-volume", "ib-x7k2m4p9_high-volume",
		"ib-x7k2m4p9-", "ib-x7k2m4p9-high-volumes", "xx-x7k2m4p9-high-volume",
	} {
		t.Run(tag, func(t *testing.T) {
			bubble(t, Options{}, func(t *testing.T, c caller, _ *endpoint) {
				c.Tag(c.newContact("jane@acme.test"), tag)
				time.Sleep(time.Minute)
				synctest.Wait()
				if got := c.story(); len(got) != 0 {
					t.Errorf("mails %q", got)
				}
			})
		})
	}
	t.Run("switched off", func(t *testing.T) {
		bubble(t, Options{WorkflowsOff: true}, func(t *testing.T, c caller, _ *endpoint) {
			c.Tag(c.newContact("jane@acme.test"), prefix+"high-volume")
			synctest.Wait()
			if got := c.story(); len(got) != 0 {
				t.Errorf("mails %q", got)
			}
		})
	})
}

func TestPrefixesDoNotMix(t *testing.T) {
	bubble(t, Options{}, func(t *testing.T, c caller, _ *endpoint) {
		contact := c.newContact("jane@acme.test")
		c.Tag(contact, "ib-aaaaaaaa-high-volume")
		c.Tag(contact, "ib-bbbbbbbb-demo")
		synctest.Wait()
		want := []string{"ib-aaaaaaaa-high-volume", "ib-bbbbbbbb-demo", "ib-aaaaaaaa-vip-prospect"}
		if got := c.tagNames("jane@acme.test"); !slices.Equal(got, want) {
			t.Errorf("tags %q, want %q", got, want)
		}
	})
}

func TestWorkflowEndsWithItsContact(t *testing.T) {
	bubble(t, realTime, func(t *testing.T, c caller, _ *endpoint) {
		id, _ := c.opener(true)
		c.Tag(id, prefix+"demo-request")
		time.Sleep(time.Hour)
		c.must(204, "DELETE", fmt.Sprintf("/api/contacts/%d", id), "")
		time.Sleep(30 * day)
		synctest.Wait()
		if got := c.story(); !slices.Equal(got, []string{"Welcome"}) {
			t.Errorf("mails %q", got)
		}
	})
}

func TestUnsubscribedGetsNoMail(t *testing.T) {
	bubble(t, realTime, func(t *testing.T, c caller, _ *endpoint) {
		id, email := c.opener(true)
		c.SetState(id, State{Unsubscribed: true})
		c.Tag(id, prefix+"inactive")
		time.Sleep(8 * day)
		synctest.Wait()
		if got := c.tagNames(email); len(c.story()) != 0 || got[len(got)-1] != prefix+"churned" {
			t.Errorf("mails %q, tags %q", c.story(), got)
		}
	})
}

func TestCloseStopsEverything(t *testing.T) {
	t.Parallel()
	// A bubble does not end while a goroutine or a timer of it is left.
	synctest.Test(t, func(t *testing.T) {
		s := New(realTime)
		c := caller{s, t}
		c.Tag(c.newContact("jane@acme.test"), prefix+"demo-request")
		synctest.Wait()
		s.Close()
		s.Close()
		time.Sleep(30 * day)
		if got := c.story(); len(got) != 0 {
			t.Errorf("mails after the end: %q", got)
		}
		c.Tag(c.newContact("joe@acme.test"), prefix+"high-volume") // answered, and nothing follows
		synctest.Wait()
		if got := c.story(); len(got) != 0 {
			t.Errorf("mails after the end: %q", got)
		}
	})
}
