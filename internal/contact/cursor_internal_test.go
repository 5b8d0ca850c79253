package contact

import (
	"testing"

	"clientflow/internal/systeme"
	"clientflow/internal/tenant"
)

func mustCursors(tb testing.TB) (cursors, tenant.ID) {
	tb.Helper()
	owner, err := tenant.Stored("0b1c2d3e-4f50-4162-8374-95a6b7c8d9e0")
	if err != nil {
		tb.Fatal(err)
	}
	return cursors{systeme.Fixed("key")}, owner
}

func (c cursors) mustSeal(tb testing.TB, owner tenant.ID, after int64) string {
	tb.Helper()
	sealed, err := c.seal(owner, after)
	if err != nil {
		tb.Fatal(err)
	}
	return sealed
}

func TestCursorsTellNothing(t *testing.T) {
	t.Parallel()
	c, owner := mustCursors(t)
	one, two := c.mustSeal(t, owner, 445573087), c.mustSeal(t, owner, 445573087)
	if one == two || len(one) != len(c.mustSeal(t, owner, 1)) {
		t.Errorf("cursors of the same place %q and %q", one, two)
	}
}

func TestWithoutAKeyNoCursorIsOpened(t *testing.T) {
	t.Parallel()
	_, owner := mustCursors(t)
	keyless := cursors{systeme.Fixed("")}
	if _, ok := keyless.open(owner, keyless.mustSeal(t, owner, 1)); ok {
		t.Error("opened a cursor whose seal anyone can make")
	}
}

// FuzzCursor opens texts that were made up, and such as were sealed and changed.
func FuzzCursor(f *testing.F) {
	c, owner := mustCursors(f)
	f.Add("", int64(1), 0, byte(0))
	f.Add("AAAA", int64(1<<62), 47, byte(1))
	f.Fuzz(func(t *testing.T, text string, id int64, at int, flip byte) {
		if _, ok := c.open(owner, text); ok {
			t.Errorf("opened %q", text)
		}
		sealed := c.mustSeal(t, owner, id)
		if got, ok := c.open(owner, sealed); !ok || got != id {
			t.Errorf("opened %q as %d, %v; want %d", sealed, got, ok, id)
		}
		if _, ok := c.open(tenant.ID{}, sealed); ok {
			t.Error("opened another's")
		}
		changed := []byte(sealed)
		changed[uint(at)%uint(len(changed))] ^= flip
		if _, ok := c.open(owner, string(changed)); ok != (flip == 0) {
			t.Errorf("opened %q, made of %q: %v", changed, sealed, ok)
		}
	})
}
