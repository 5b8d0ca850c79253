package demo

import "testing"

func TestNoTwoVisitorsOfAnAccountShareAnAddress(t *testing.T) {
	t.Parallel()
	for _, account := range Accounts() {
		seen := map[any]bool{}
		for n := range account.Leads {
			address := visitor(account, n)["email"]
			if seen[address] {
				t.Errorf("%s has %s twice", account.Email, address)
			}
			seen[address] = true
		}
	}
}
