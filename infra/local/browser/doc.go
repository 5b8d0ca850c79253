// Package browser holds the tests of what people see: they open the pages in a real
// Chromium, against a whole ClientFlow, started as `make run` starts it.
//
// They need Chromium and axe-core, so they have a build tag of their own and are no
// part of `make test`: run them with `make browser`, which says what is missing.
package browser
