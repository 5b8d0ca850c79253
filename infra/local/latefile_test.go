package main

import (
	"os"
	"path/filepath"
	"testing"
)

func TestALogIsTheProgramsThatWritesIt(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "made", "x.log")
	running := &lateFile{path: path}
	if _, err := running.Write([]byte("first\n")); err != nil {
		t.Fatal(err)
	}
	if err := (&lateFile{path: path}).Close(); err != nil { // one that could not start
		t.Fatal(err)
	}
	if _, err := running.Write([]byte("second\n")); err != nil {
		t.Fatal(err)
	}
	if err := running.Close(); err != nil {
		t.Fatal(err)
	}
	if got, err := os.ReadFile(path); err != nil || string(got) != "first\nsecond\n" {
		t.Errorf("%q, %v", got, err)
	}
	next := &lateFile{path: path}
	if _, err := next.Write([]byte("next\n")); err != nil {
		t.Fatal(err)
	}
	if err := next.Close(); err != nil {
		t.Fatal(err)
	}
	if got, err := os.ReadFile(path); err != nil || string(got) != "next\n" {
		t.Errorf("%q, %v", got, err)
	}
}
