// Package sorted keeps values in the order of their keys, so that a page of a
// query costs the page and not the table.
package sorted

import (
	"iter"
	"slices"
	"strings"
)

// maxChunk is how many entries share a slice. Inserting moves at most so many,
// and a table of a million entries has a few thousand chunks to search among.
const maxChunk = 512

// Map holds values by key, in the order of the keys' bytes. The zero Map is
// empty and ready. It must not change while a sequence runs over it, and it is
// not safe for concurrent use.
type Map[V any] struct {
	// chunks are never empty, and each ends before the next begins.
	chunks [][]entry[V]
	length int
}

type entry[V any] struct {
	key   string
	value V
}

// Len is the number of entries.
func (m *Map[V]) Len() int { return m.length }

// Get returns the value of key; ok is false when there is none.
func (m *Map[V]) Get(key string) (value V, ok bool) {
	chunk, at, found := m.find(key)
	if !found {
		return value, false
	}
	return m.chunks[chunk][at].value, true
}

// Set stores the value of key, in place of the one it had.
func (m *Map[V]) Set(key string, value V) {
	chunk, at, found := m.find(key)
	if found {
		m.chunks[chunk][at].value = value
		return
	}
	if len(m.chunks) == 0 {
		m.chunks = make([][]entry[V], 1)
	}
	m.chunks[chunk] = slices.Insert(m.chunks[chunk], at, entry[V]{key, value})
	m.length++
	if len(m.chunks[chunk]) > maxChunk {
		m.split(chunk)
	}
}

// split halves a chunk; the halves get arrays of their own, so that neither
// keeps the other's values alive.
func (m *Map[V]) split(chunk int) {
	full := m.chunks[chunk]
	upper := make([]entry[V], len(full)-len(full)/2, maxChunk+1)
	copy(upper, full[len(full)/2:])
	clear(full[len(full)/2:])
	m.chunks[chunk] = full[:len(full)/2]
	m.chunks = slices.Insert(m.chunks, chunk+1, upper)
}

// Delete removes key, if it is there.
func (m *Map[V]) Delete(key string) {
	chunk, at, found := m.find(key)
	if !found {
		return
	}
	m.chunks[chunk] = slices.Delete(m.chunks[chunk], at, at+1)
	m.length--
	if len(m.chunks[chunk]) == 0 {
		m.chunks = slices.Delete(m.chunks, chunk, chunk+1)
	}
}

// Ascend runs over the entries with from <= key < before, upwards.
func (m *Map[V]) Ascend(from, before string) iter.Seq2[string, V] {
	return func(yield func(string, V) bool) {
		chunk, at, _ := m.find(from)
		for ; chunk < len(m.chunks); chunk, at = chunk+1, 0 {
			for _, e := range m.chunks[chunk][at:] {
				if e.key >= before || !yield(e.key, e.value) {
					return
				}
			}
		}
	}
}

// Descend runs over the entries with from <= key < before, downwards.
func (m *Map[V]) Descend(from, before string) iter.Seq2[string, V] {
	return func(yield func(string, V) bool) {
		if len(m.chunks) == 0 {
			return
		}
		chunk, at, _ := m.find(before)
		below := m.chunks[chunk][:at]
		for {
			for _, e := range slices.Backward(below) {
				if e.key < from || !yield(e.key, e.value) {
					return
				}
			}
			if chunk == 0 {
				return
			}
			chunk--
			below = m.chunks[chunk]
		}
	}
}

// find returns where key is, or where it belongs.
func (m *Map[V]) find(key string) (chunk, at int, found bool) {
	// The last chunk that begins at or before key is the one to look in.
	chunk, found = slices.BinarySearchFunc(m.chunks, key, func(c []entry[V], key string) int {
		return strings.Compare(c[0].key, key)
	})
	if found || chunk == 0 {
		return chunk, 0, found
	}
	chunk--
	at, found = slices.BinarySearchFunc(m.chunks[chunk], key, func(e entry[V], key string) int {
		return strings.Compare(e.key, key)
	})
	return chunk, at, found
}
