package main

import (
	"fmt"
	"io"
	"strings"

	"clientflow/infra/command"
)

// finding is how one piece was found.
type finding struct {
	// what is the piece, such as "table LeadsTable".
	what string
	// wrong is what is wrong with it; none when it is well.
	wrong []string
	// todo says what to do about it.
	todo string
	// note says more of a piece that is well.
	note string
}

// found is a piece, and all that is wrong with it.
func found(what, todo string, wrong ...string) finding {
	return finding{what: what, todo: todo, wrong: wrong}
}

// unknown is a piece that could not be looked at.
func unknown(what string, err error) finding {
	return found(what, "See that you may do that, and whether AWS can be reached.", "cannot be looked at: "+err.Error())
}

// report prints the findings, one a line, and returns command.ErrSaid when one is wrong.
func report(out io.Writer, findings []finding) error {
	ill := 0
	for _, f := range findings {
		switch {
		case len(f.wrong) > 0:
			ill++
			fmt.Fprintf(out, "wrong  %s: %s. %s\n", f.what, strings.Join(f.wrong, "; "), f.todo)
		case f.note != "":
			fmt.Fprintf(out, "ok     %s: %s\n", f.what, f.note)
		default:
			fmt.Fprintf(out, "ok     %s\n", f.what)
		}
	}
	if ill > 0 {
		fmt.Fprintf(out, "\n%d of %d are wrong\n", ill, len(findings))
		return command.ErrSaid
	}
	fmt.Fprintf(out, "\nall %d are well\n", len(findings))
	return nil
}

// differs says that something is not as it should be; "" when it is.
func differs[T comparable](what string, is, want T) string {
	if is == want {
		return ""
	}
	return fmt.Sprintf("%s is %v and should be %v", what, is, want)
}

// complaints are those of the texts that say something.
func complaints(texts ...string) []string {
	var all []string
	for _, text := range texts {
		if text != "" {
			all = append(all, text)
		}
	}
	return all
}
