package cognito

import (
	"strings"
	"testing"
	"time"
)

func TestPasswordPolicy(t *testing.T) {
	t.Parallel()
	strict := PasswordPolicy{MinimumLength: 8, Lowercase: true, Uppercase: true, Digits: true, Signs: true}
	for name, tt := range map[string]struct {
		policy   PasswordPolicy
		password string
		want     string // the end of the message
	}{
		"good":                     {strict, "Demo-1234!", ""},
		"as short as may be":       {strict, "Demo-12!", ""},
		"short":                    {strict, "Demo-1!", "Password not long enough"},
		"length is in characters":  {strict, "Äbcd-12!", "Password must have uppercase characters"},
		"long":                     {strict, strings.Repeat("Demo-1234!", 26), "Password too long"},
		"no capital":               {strict, "demo-1234!", "Password must have uppercase characters"},
		"no small letter":          {strict, "DEMO-1234!", "Password must have lowercase characters"},
		"no digit":                 {strict, "Demo-Demo!", "Password must have numeric characters"},
		"no sign":                  {strict, "Demo12345", "Password must have symbol characters"},
		"a space at the end is no": {strict, "Demo12345 ", "Password must have symbol characters"},
		"a space inside is a sign": {strict, "Demo 12345", ""},
		"lenient":                  {PasswordPolicy{MinimumLength: 6}, "aaaaaa", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			err := tt.policy.check(tt.password)
			if (err == nil) != (tt.want == "") || err != nil && !strings.HasSuffix(err.Error(), tt.want) {
				t.Errorf("error %v, want %q", err, tt.want)
			}
		})
	}
}

func TestPasswordHash(t *testing.T) {
	t.Parallel()
	a, b := newPassword("Demo-1234!"), newPassword("Demo-1234!")
	if a.hash == b.hash {
		t.Error("two users of one password have one hash")
	}
	if !a.is("Demo-1234!") || a.is("Demo-1234") {
		t.Error("the hash does not tell passwords apart")
	}
}

func TestLongestLock(t *testing.T) {
	t.Parallel()
	now := time.Date(2025, 1, 2, 3, 4, 5, 0, time.UTC)
	u := &user{password: newPassword("right")}
	for range 100 {
		now = now.Add(max(u.failures.lockedTo.Sub(now), 0))
		if err := u.signIn("wrong", now); err == nil {
			t.Fatal("a wrong password is right")
		}
		if lock := u.failures.lockedTo.Sub(now); lock > longestLock {
			t.Fatalf("locked for %v after %d failures", lock, u.failures.count)
		}
	}
}

func FuzzUserFilter(f *testing.F) {
	f.Add(`email = "john@ib.test"`)
	f.Add(`"name" ^= "J\"o\\"`)
	f.Add(`cognito:user_status="CONFIRMED"`)
	f.Fuzz(func(t *testing.T, text string) {
		matches, err := parseUserFilter(text)
		if err == nil {
			matches(&user{email: "john@ib.test"})
		}
	})
}
