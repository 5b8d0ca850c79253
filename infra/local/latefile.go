package main

import (
	"os"
	"path/filepath"
)

// logFile takes what functions write, which is too much for a terminal that one
// reads.
const logFile = ".build/functions.log"

// lateFile is a file that is made, or emptied, by what is first written to it: a
// program that cannot start, since another is running, leaves the other's alone. It
// is for one goroutine at a time.
type lateFile struct {
	path string
	file *os.File
}

// Write implements io.Writer.
func (f *lateFile) Write(line []byte) (int, error) {
	if f.file == nil {
		if err := os.MkdirAll(filepath.Dir(f.path), 0o755); err != nil {
			return 0, err
		}
		file, err := os.Create(f.path)
		if err != nil {
			return 0, err
		}
		f.file = file
	}
	return f.file.Write(line)
}

// Close implements io.Closer.
func (f *lateFile) Close() error {
	if f.file == nil {
		return nil
	}
	return f.file.Close()
}
