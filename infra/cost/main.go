// Command cost prints what ClientFlow costs on AWS: for a million leads, for a month of a
// thousand IBs, and for a month of a deployment that nobody uses.
//
// It runs the whole stack on this machine and counts what the functions consume there
// (units of DynamoDB, invocations, calls, bytes of logs), then multiplies with AWS's list
// prices. What cannot be counted here is assumed, and said to be: see assumptions.
package main

import (
	"context"
	"fmt"
	"io"

	"clientflow/infra/command"
)

func main() {
	command.Main(func(ctx context.Context, _ []string, out io.Writer) error {
		return realMain(ctx, out, size{leads: 200, views: 50})
	})
}

func realMain(ctx context.Context, out io.Writer, s size) error {
	m, err := measure(ctx, s)
	if err != nil {
		return err
	}
	for _, b := range bills(m) {
		if err := b.print(out); err != nil {
			return err
		}
	}
	for _, line := range assumptions() {
		fmt.Fprintln(out, line)
	}
	return nil
}

// bill is what one thing costs, by part.
type bill struct {
	title string
	parts []part
}

// part is a line of a bill.
type part struct {
	what string
	// amount is how much of it, in the unit that what names.
	amount float64
	// price is of one, in US dollars.
	price float64
	// counted tells that the amount was counted in this run; otherwise it rests on an
	// assumption.
	counted bool
}

func (p part) cost() float64 { return p.amount * p.price }

func (b bill) total() float64 {
	var total float64
	for _, p := range b.parts {
		total += p.cost()
	}
	return total
}

func (b bill) print(out io.Writer) error {
	fmt.Fprintln(out, b.title)
	fmt.Fprintf(out, "%8s %12s\n", "US$", "amount")
	for _, p := range b.parts {
		known := "assumed"
		if p.counted {
			known = "counted"
		}
		digits := 0
		if p.amount < 100 {
			digits = 2
		}
		fmt.Fprintf(out, "%8.2f %12.*f %s, %s\n", p.cost(), digits, p.amount, p.what, known)
	}
	_, err := fmt.Fprintf(out, "%8.2f in all\n\n", b.total())
	return err
}
