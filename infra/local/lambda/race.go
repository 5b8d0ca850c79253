//go:build race

package lambda

// raceEnabled tells that this program has the race detector.
const raceEnabled = true
